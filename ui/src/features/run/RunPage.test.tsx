import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Change, Note } from "../../api/order";
import { watched } from "../../components/watch";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { RunPage } from "./RunPage";

const ID = aRun().id;
/** A run as the service keeps one, changed as it changes it. */
let run: Record<string, unknown>;
let note: Note;
let changes: Change[];
const server = setupServer(
  http.get(`*/api/v1/runs/${ID}`, () => HttpResponse.json(run as never)),
  http.patch(`*/api/v1/runs/${ID}`, async ({ request }) => {
    const change = (await request.json()) as Change;
    changes.push(change);
    if (change.name === "-bad") return HttpResponse.json({ status: 422, code: "BAD_NAME", field: "name", detail: "name: -bad must begin with a letter or a digit." }, { status: 422 });
    const { tags, ...rest } = change;
    const merged = { ...(run.tags as object), ...tags };
    run = { ...run, ...rest, tags: Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)) };
    return HttpResponse.json(run as never);
  }),
  http.delete(`*/api/v1/runs/${ID}`, () => HttpResponse.json((run = { ...run, deletedAt: "2026-01-02T00:00:00Z" }) as never)),
  http.post(`*/api/v1/runs/${ID}/restore`, () => HttpResponse.json((run = { ...run, deletedAt: null }) as never)),
  http.get(`*/api/v1/runs/${ID}/note`, () => HttpResponse.json(note)),
  http.put(`*/api/v1/runs/${ID}/note`, async ({ request }) => {
    const { text } = (await request.json()) as { text: string };
    note = { text, history: [{ text, who: "local", when: `2026-01-0${note.history.length + 1}T00:00:00Z` }, ...note.history] };
    return HttpResponse.json(note);
  }),
  http.get("*/api/v1/runs/*/attempts", () => HttpResponse.json([{ attempt: 1, state: "ENDED", startStep: 0, endStep: 160, device: "d1", host: "h" }])),
  http.get("*/api/v1/runs/*/checkpoints", () =>
    HttpResponse.json([
      { step: 160, epoch: 10, best: true, value: 81.25, key: "val/top1" },
      { step: 80, epoch: 5, best: true, value: 75, key: "val/top1" },
    ]),
  ),
  http.get("*/api/v1/runs/*/logs", () => HttpResponse.json({ items: [], next: null })),
  http.get("*/api/v1/runs/*/events", () =>
    HttpResponse.json([
      { seq: 1, time: "2026-01-01T00:00:00Z", who: "local", kind: "state", from: "QUEUED", to: "RUNNING" },
      { seq: 2, time: "2026-01-01T00:00:00Z", who: "ada", kind: "rename", from: "old", to: "new" },
    ]),
  ),
  http.get("*/api/v1/devices", () => HttpResponse.json([])),
  http.get("*/api/v1/experiments", () => HttpResponse.json([{ name: "shapes-prompts", runs: 1 }, { name: "other", runs: 2 }])),
  http.post("*/api/v1/metrics/series", () => HttpResponse.json({ series: [], cursor: null })),
);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  localStorage.clear();
  run = { ...aRun({ summary: {} }), tags: { kind: "probe" }, starred: false, archived: false };
  note = { text: "", history: [] };
  changes = [];
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const draw = (search = "") => drawAt(`/runs/${ID}${search}`, <RunPage id={ID} />);
const more = async (item: RegExp) => {
  await userEvent.click(await screen.findByRole("button", { name: "More" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: item }));
};

test("name, tags and place are changed in one go, and undone", async () => {
  draw();
  await more(/Name, tags/);
  const dialog = await screen.findByRole("dialog", { name: "Name, tags, place" });
  await userEvent.clear(within(dialog).getByLabelText("Name"));
  await userEvent.type(within(dialog).getByLabelText("Name"), "baseline");
  await userEvent.click(within(dialog).getByRole("button", { name: "Remove tag 1" }));
  await userEvent.click(within(dialog).getByRole("button", { name: "Add a tag" }));
  await userEvent.type(within(dialog).getByLabelText("Name of tag 1"), "paper");
  await userEvent.type(within(dialog).getByLabelText("Value of tag 1"), "table 3");
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await screen.findByRole("heading", { name: "baseline" })).toBeTruthy();
  expect(screen.getByText("paper: table 3")).toBeTruthy();
  expect(changes).toEqual([{ name: "baseline", tags: { kind: null, paper: "table 3" } }]);
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(changes[1]).toEqual({ name: "shapes-prompts-000", tags: { kind: "probe", paper: null } }));
  expect(await screen.findByText("kind: probe")).toBeTruthy();
});

test("a name that is refused says so at its field", async () => {
  draw();
  await more(/Name, tags/);
  const name = await screen.findByLabelText("Name");
  await userEvent.clear(name);
  await userEvent.type(name, "-bad");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toContain("must begin with");
  expect(name.getAttribute("aria-invalid")).toBe("true");
});

test("a star, the archive, and deleting with its undo", async () => {
  draw();
  await userEvent.click(await screen.findByRole("button", { name: /^Star run/ }));
  await waitFor(() => expect(screen.getByRole("button", { name: /^Take the star off/ }).getAttribute("aria-pressed")).toBe("true"));
  await more(/^Archive/);
  expect(await screen.findByText("archived")).toBeTruthy();
  await more(/^Delete/);
  expect(await screen.findByText("deleted")).toBeTruthy();
  const undo = (await screen.findAllByRole("button", { name: "Undo" })).at(0)!;
  await userEvent.click(undo);
  await waitFor(() => expect(screen.queryByText("deleted")).toBeNull());
});

test("all files are kept, which stands beside the name and keeps it from being deleted, and is undone", async () => {
  draw();
  await more(/^Keep all files/);
  expect(await screen.findByText("files kept")).toBeTruthy();
  expect(changes).toEqual([{ pinned: true }]);
  await userEvent.click(await screen.findByRole("button", { name: "More" }));
  expect((await screen.findByRole("menuitem", { name: /^Delete/ })).getAttribute("aria-disabled")).toBe("true");
  await userEvent.keyboard("{Escape}");
  await userEvent.click((await screen.findAllByRole("button", { name: "Undo" })).at(0)!);
  await waitFor(() => expect(screen.queryByText("files kept")).toBeNull());
  expect(changes[1]).toEqual({ pinned: false });
});

test("a note is Markdown, and its versions stay", async () => {
  draw();
  await more(/Write a note/);
  await userEvent.type(await screen.findByRole("textbox", { name: "Note" }), "# Why\n\n**seed** matters <b>raw</b>");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByRole("heading", { name: "Why" })).toBeTruthy();
  expect(document.querySelector("b")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Edit" }));
  await userEvent.clear(await screen.findByRole("textbox", { name: "Note" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Note" }), "shorter");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("2 versions")).toBeTruthy();
});

test("checkpoints say the value that made them the best, and only one is (U-09)", async () => {
  draw();
  expect(await screen.findByText(/★ best val\/top1 81\.25/)).toBeTruthy();
  expect(screen.getByText(/^was best val\/top1 75$/)).toBeTruthy();
});

test("events tell changes of state and what people changed apart", async () => {
  draw("?tab=events");
  expect(await screen.findByText("rename")).toBeTruthy();
  expect(screen.getByText("new")).toBeTruthy();
  expect(screen.getByText("by ada")).toBeTruthy();
});

test("who asks to be told is told by the page where the browser may not notify", async () => {
  vi.stubGlobal("Notification", { permission: "denied" });
  draw();
  await userEvent.click(await screen.findByRole("button", { name: "Tell me when it ends" }));
  expect(await screen.findByText(/This page will tell when/)).toBeTruthy();
  expect(watched().map(({ id }) => id)).toEqual([ID]);
  await userEvent.click(screen.getByRole("button", { name: "Do not tell me when it ends" }));
  expect(watched()).toEqual([]);
});

test("a run that is not there is said in the service's words", async () => {
  server.use(http.get(`*/api/v1/runs/${ID}`, () => HttpResponse.json({ status: 404, code: "NOT_FOUND", detail: "There is no such run." }, { status: 404 })));
  draw();
  expect((await screen.findByRole("alert")).textContent).toContain("There is no such run.");
});

test("a run that died says that it measured nothing and why, one that waits what for; the last device stays known (U-11)", async () => {
  run = { ...run, state: "FAILED", endedAt: "2026-01-01T01:00:00Z", device: null, message: "The data folder is empty." };
  const { leave } = draw();
  expect(await screen.findByText("It ended before it measured anything.")).toBeTruthy();
  expect((await screen.findAllByText("The data folder is empty.")).length).toBeGreaterThan(0);
  const device = (await screen.findByText("Last device")).parentElement!;
  await waitFor(() => expect(device.textContent).toContain("d1 · h"));
  leave();
  run = { ...run, state: "QUEUED", endedAt: null, message: null, waiting: "every device is taken" };
  draw();
  expect(await screen.findByText("Nothing was measured yet.")).toBeTruthy();
  expect((await screen.findAllByText("every device is taken")).length).toBeGreaterThan(0);
});

test("an external run is its program's: it is said so, and since when that one is silent", async () => {
  run = { ...run, state: "RUNNING", external: true, heardAt: new Date(Date.now() - 7_500_000).toISOString(), tags: { "mlflow.user": "ada", team: "vision" } };
  draw();
  await screen.findByText("external");
  screen.getByText(/silent for 2h/);
  screen.getByText("team: vision");
  expect(screen.queryByText(/mlflow.user/)).toBeNull();
  expect(screen.queryByText("Again with a change")).toBeNull();
  expect(screen.getByRole<HTMLButtonElement>("button", { name: /Cancel/ }).disabled).toBe(false);
  expect(screen.getByRole<HTMLButtonElement>("button", { name: /Pause/ }).disabled).toBe(true);
});

test("a run leads to the one that it is below, and says what is below it", async () => {
  const [above, child] = [aRun({ id: "run-above", name: "five-folds" }), aRun({ id: "run-child", name: "fold-2-again", state: "FAILED" })];
  const asked: string[] = [];
  server.use(
    http.get("*/api/v1/runs/run-above", () => HttpResponse.json(above)),
    http.get("*/api/v1/runs", ({ request }) => {
      asked.push(new URL(request.url).searchParams.get("filter")!);
      return HttpResponse.json({ items: [child], total: 1, more: false, metrics: [] });
    }),
  );
  run = { ...run, parent: above.id, children: 1 };
  draw();
  expect((await screen.findByRole("link", { name: "below five-folds" })).getAttribute("href")).toBe("/runs/run-above");
  expect((await screen.findByRole("link", { name: "fold-2-again" })).getAttribute("href")).toBe("/runs/run-child");
  expect(asked).toEqual([`parent = '${ID}'`]);
  expect(screen.getByRole("link", { name: "All 1 in the table" }).getAttribute("href")).toBe(`/runs?filter=${encodeURIComponent(`parent = '${ID}'`)}`);
});

test("what a run prepares before its first step is told, with how far it is", async () => {
  run = { ...run, state: "STARTING", startedAt: null, endedAt: null, step: 0, steps: null, preparing: { what: "features of train", done: 320_064, of: 1_281_167 } };
  draw();
  expect(await screen.findByText(/Preparing features of train: 320,064 of 1,281,167 \(24 %\)/)).toBeTruthy();
});

test("attempts and events tell a device by its name, and one that is gone by the beginning of its id", async () => {
  const [there, gone] = ["7cf4e509-15e6-4393-b188-9ca07e0e8888", "11111111-15e6-4393-b188-9ca07e0e8888"];
  server.use(
    http.get("*/api/v1/devices", () => HttpResponse.json([{ id: there, name: "H200, 139 GiB", host: "gpu3" }])),
    http.get("*/api/v1/runs/*/attempts", () => HttpResponse.json([there, gone].map((device, i) => ({ attempt: i + 1, state: "ENDED", startStep: 0, endStep: 160, device, host: "h" })))),
    http.get("*/api/v1/runs/*/events", () => HttpResponse.json([{ seq: 1, time: "2026-01-01T00:00:00Z", who: "scheduler", kind: "state", from: "QUEUED", to: "STARTING", why: `attempt 1 on device ${there}` }])),
  );
  drawAt(`/runs/${ID}?tab=attempts`, <RunPage id={ID} />);
  expect(await screen.findByRole("cell", { name: "H200, 139 GiB" })).toBeTruthy();
  expect(screen.getByRole("cell", { name: "11111111" })).toBeTruthy();
  await userEvent.click(screen.getByRole("tab", { name: "Events" }));
  expect(await screen.findByText("attempt 1 on device H200, 139 GiB")).toBeTruthy();
});
