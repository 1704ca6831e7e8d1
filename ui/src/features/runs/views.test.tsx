import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { SavedView, SavedViewAsk } from "../../api/curating";
import { drawAt } from "../../testing/page";
import { RunsPage } from "./RunsPage";
import { addressOf, bare, placeOf, sameAddress } from "./views";

let VIEWS: SavedView[] = [];
const view = (part: Partial<SavedView>): SavedView => ({ id: "v1", name: "best of each", page: "runs", experiment: "a", address: "group=params.seed&cols=name", first: false, createdBy: "local", createdAt: "2026-01-01T00:00:00Z", changedAt: "2026-01-01T00:00:00Z", ...part });
const server = setupServer(
  http.get("*/api/v1/views", () => HttpResponse.json(VIEWS)),
  http.post("*/api/v1/views", async ({ request }) => {
    const ask = (await request.json()) as SavedViewAsk;
    if (VIEWS.some((one) => one.name === ask.name)) return HttpResponse.json({ status: 409, code: "NAME_TAKEN", detail: `There is a view named ${ask.name} on this page already.` }, { status: 409 });
    const made = view({ experiment: undefined, ...(ask as Partial<SavedView>), id: "v2" });
    VIEWS = [...VIEWS, made];
    return HttpResponse.json(made, { status: 201 });
  }),
  http.put("*/api/v1/views/:id", async ({ request, params }) => {
    const now = { ...VIEWS.find((one) => one.id === params.id)!, ...((await request.json()) as Partial<SavedView>) };
    VIEWS = VIEWS.map((one) => (one.id === params.id ? now : one));
    return HttpResponse.json(now);
  }),
  http.delete("*/api/v1/views/:id", ({ params }) => {
    VIEWS = VIEWS.filter((one) => one.id !== params.id);
    return new HttpResponse(null, { status: 204 });
  }),
  http.get("*/api/v1/experiments", () => HttpResponse.json([{ name: "a", runs: 0 }])),
  http.get("*/api/v1/keys", () => HttpResponse.json({ of: 0, params: [], metrics: [], tags: [] })),
  http.get("*/api/v1/runs", () => HttpResponse.json({ items: [], total: 0, more: false, metrics: [] })),
  http.get("*/api/v1/runs/groups", () => HttpResponse.json({ items: [], total: 0, more: false })),
);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  server.resetHandlers();
  VIEWS = [];
  localStorage.clear();
});
afterAll(() => server.close());

test("a view is everything that is shown, and no more: its own name and the experiment stand beside it", () => {
  const raw = { experiment: "a", view: "v9", filter: ["params.seed = 0"], smooth: "0.6" };
  const address = addressOf(raw, ["name", "state"]);
  expect(address).toBe("filter=params.seed+%3D+0&smooth=0.6&cols=name&cols=state");
  expect(placeOf(view({ address }), "b")).toBe("/runs?experiment=a&filter=params.seed+%3D+0&smooth=0.6&cols=name&cols=state&view=v1");
  expect(placeOf(view({ address: "sort=name", experiment: null }), "b")).toBe("/runs?experiment=b&sort=name&view=v1");
  expect(sameAddress("a=1&b=2", "b=2&a=1")).toBe(true);
  expect(sameAddress("a=1", "a=1&a=2")).toBe(false);
  expect([bare({ experiment: "a" }), bare({ experiment: "a", sort: "name" })]).toEqual([true, false]);
});

test("an experiment opens as the lab agreed, and may be cleared all the same", async () => {
  VIEWS = [view({ first: true })];
  const { address } = drawAt("/runs?experiment=a", <RunsPage />);
  await waitFor(() => expect(address()).toContain("view=v1"));
  expect(address()).toContain("group=params.seed");
  await userEvent.click(await screen.findByRole("button", { name: "Clear all" }));
  await waitFor(() => expect(address()).not.toContain("group="));
});

test("whoever says what to show sees that", async () => {
  VIEWS = [view({ first: true })];
  const { address } = drawAt("/runs?experiment=a&sort=name", <RunsPage />);
  await screen.findByText("No runs yet.");
  expect(address()).not.toContain("view=");
});

test("saved, told that it changed, saved again, deleted, and deleted only until the undo", async () => {
  const { address } = drawAt("/runs?experiment=a&sort=name", <RunsPage />);
  await userEvent.click(await screen.findByRole("button", { name: "Views" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: /Save as a view/ }));
  await userEvent.type(await screen.findByRole("textbox", { name: "Name" }), "by name");
  await userEvent.click(screen.getByRole("checkbox", { name: "Open a with it" }));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(address()).toContain("view=v2"));
  expect(VIEWS[0]).toMatchObject({ name: "by name", page: "runs", experiment: "a", first: true });
  expect(VIEWS[0]?.address).toContain("sort=name");
  await userEvent.click(screen.getByRole("button", { name: "State" }));
  await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: "starred alone" }));
  await userEvent.keyboard("{Escape}");
  await userEvent.click(await screen.findByRole("button", { name: /^by name *changed$/ }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Save the changes" }));
  await waitFor(() => expect(VIEWS[0]?.address).toContain("starred=1"));
  await userEvent.click(await screen.findByRole("button", { name: "by name" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: /Delete/ }));
  await waitFor(() => expect(VIEWS).toEqual([]));
  const said = (await screen.findByText("The view by name is deleted")).closest("li")!;
  await userEvent.click([...said.querySelectorAll("button")].find((one) => one.textContent === "Undo")!);
  await waitFor(() => expect(VIEWS.map((one) => one.name)).toEqual(["by name"]));
});

test("a name that is taken is said where it is typed", async () => {
  VIEWS = [view({ name: "mine", experiment: null })];
  drawAt("/runs?experiment=a&sort=name", <RunsPage />);
  await userEvent.click(await screen.findByRole("button", { name: "Views" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: /Save as a view/ }));
  await userEvent.type(await screen.findByRole("textbox", { name: "Name" }), "mine{Enter}");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/There is a view named mine/)).toBeTruthy();
});
