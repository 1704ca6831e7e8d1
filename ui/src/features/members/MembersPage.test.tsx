import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { answer, now } from "../../components/overlays/confirm";
import { Tips } from "../../components/overlays/Tooltip";
import { MembersPage } from "./MembersPage";

afterEach(() => vi.unstubAllGlobals());

const account = { id: "1", name: "ann", administrator: false, local: false, disabled: false, invited: true, createdAt: "2026-11-26T10:00:00Z", createdBy: "me" };
const member = { account: "bob", role: "VIEWER", createdAt: "2026-11-26T10:00:00Z", createdBy: "me" };

/** What the project keeps, changed as the service changes it. */
let kept: { last?: number; best?: number; deletedDays?: number; version?: number };

function page(me: object, version?: number) {
  kept = { last: 2, best: 1, deletedDays: 90, ...(version === undefined ? {} : { version }) };
  const asked = vi.fn(async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (path === "/api/v1/me") return Response.json(me);
    if (path.endsWith("/retention")) {
      if (request.method === "PUT") {
        const said = (await request.clone().json()) as typeof kept;
        if (said.last === 101) return Response.json({ status: 422, code: "OUT_OF_RANGE", field: "last", detail: "last: 101 must lie in [1, 100]." }, { status: 422, headers: { "Content-Type": "application/problem+json" } });
        if (said.version !== kept.version) return Response.json({ status: 409, code: "CONFLICT", field: "version", detail: "version: 1 is not the newest, which is 2." }, { status: 409, headers: { "Content-Type": "application/problem+json" } });
        kept = { last: 2, best: 1, ...said };
      }
      return Response.json(kept);
    }
    if (path.endsWith("/members")) return Response.json([member]);
    if (path === "/api/v1/accounts" && request.method === "POST") return Response.json({ account, invitation: "inv_once", expiresAt: "2026-11-28T10:00:00Z" }, { status: 201 });
    if (path === "/api/v1/accounts") return Response.json([account]);
    return Response.json([]);
  });
  vi.stubGlobal("fetch", asked);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Tips>
        <MembersPage />
      </Tips>
    </QueryClientProvider>,
  );
  return asked;
}

test("a viewer sees who is a member, and nothing to change", async () => {
  page({ name: "vi", administrator: false, readOnly: false, way: "SESSION", projects: [{ name: "birds", role: "VIEWER" }] });
  expect(await screen.findByText("bob")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Add" })).toBeNull();
  expect(screen.queryByText("Accounts")).toBeNull();
  expect(await screen.findByText(/^Of each run the last 2 checkpoints and the best stay; a deleted run keeps its files for 90 days/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Keep so" })).toBeNull();
});

test("an administrator makes an account and is shown its link once", async () => {
  const asked = page({ name: "me", administrator: true, readOnly: false, way: "HOME", projects: [{ name: "birds", role: "MAINTAINER" }] });
  await userEvent.type(await screen.findByLabelText("Name"), "ann");
  await userEvent.click(screen.getByRole("button", { name: "Make an account" }));
  expect((await screen.findByRole("status")).textContent).toContain("#invitation=inv_once");
  const post = asked.mock.calls.map(([request]) => request).find((request) => request.method === "POST");
  expect(post?.url).toContain("/api/v1/accounts");
});

test("a maintainer says what the project keeps of files; what is left empty is left out, what is no number is not sent, and a refusal is told", async () => {
  const asked = page({ name: "mai", administrator: false, readOnly: false, way: "SESSION", projects: [{ name: "birds", role: "MAINTAINER" }] });
  const puts = () => Promise.all(asked.mock.calls.map(([request]) => request).filter((request) => request.method === "PUT").map(async (request) => ({ path: new URL(request.url).pathname, body: (await request.clone().json()) as unknown })));
  const last = await screen.findByLabelText<HTMLInputElement>(/^Last checkpoints/);
  const days = screen.getByLabelText<HTMLInputElement>(/^Days of a deleted run/);
  const keep = screen.getByRole<HTMLButtonElement>("button", { name: "Keep so" });
  expect([last.value, days.value, keep.disabled]).toEqual(["2", "90", true]);
  await userEvent.clear(last);
  await userEvent.type(last, "two");
  expect([keep.disabled, last.getAttribute("aria-invalid")]).toEqual([true, "true"]);
  await userEvent.clear(last);
  await userEvent.type(last, "101");
  await userEvent.click(keep);
  expect((await screen.findByRole("alert")).textContent).toContain("must lie in [1, 100]");
  await userEvent.clear(last);
  await userEvent.type(last, "5");
  await userEvent.clear(days);
  await userEvent.click(keep);
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  expect(await puts()).toEqual([
    { path: "/api/v1/projects/birds/retention", body: { last: 101, best: 1, deletedDays: 90 } },
    { path: "/api/v1/projects/birds/retention", body: { last: 5, best: 1 } },
  ]);
  expect([last.value, days.value, keep.disabled]).toEqual(["5", "", true]);
});

test("whoever lets deleted runs' files go sooner is asked before", async () => {
  const asked = page({ name: "mai", administrator: false, readOnly: false, way: "SESSION", projects: [{ name: "birds", role: "MAINTAINER" }] });
  const puts = () => asked.mock.calls.map(([request]) => request).filter((request) => request.method === "PUT");
  const days = await screen.findByLabelText<HTMLInputElement>(/^Days of a deleted run/);
  await userEvent.clear(days);
  await userEvent.type(days, "3");
  for (const yes of [false, true]) {
    await userEvent.click(screen.getByRole("button", { name: "Keep so" }));
    await waitFor(() => expect(now()?.title).toBe("Keep a deleted run's files for 3 days?"));
    expect(puts()).toHaveLength(0);
    answer(yes);
    await waitFor(() => expect(puts()).toHaveLength(yes ? 1 : 0));
  }
  await waitFor(() => expect(days.value).toBe("3"));
  expect(kept.deletedDays).toBe(3);
});

test("whoever is second to change what is kept of files is told, sees what the first said, and loses none of it", async () => {
  page({ name: "mai", administrator: false, readOnly: false, way: "SESSION", projects: [{ name: "birds", role: "MAINTAINER" }] }, 1);
  const last = await screen.findByLabelText<HTMLInputElement>(/^Last checkpoints/);
  const best = screen.getByLabelText<HTMLInputElement>(/^Best ones/);
  await userEvent.clear(last);
  await userEvent.type(last, "5");
  kept = { ...kept, best: 4, version: 2 };
  await userEvent.click(screen.getByRole("button", { name: "Keep so" }));
  expect((await screen.findByRole("alert")).textContent).toContain("is not the newest");
  await waitFor(() => expect([last.value, best.value]).toEqual(["5", "4"]));
  await userEvent.click(screen.getByRole("button", { name: "Keep so" }));
  await waitFor(() => expect(kept).toMatchObject({ last: 5, best: 4 }));
});
