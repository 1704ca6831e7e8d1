import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { RunView } from "../../api/types";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { RunsPanel } from "./RunsPanel";

const RUNS: RunView[] = [0, 1].map((i) => aRun({ id: `run-${i}`, name: `sweep-of-prompts-00${i}`, state: "FINISHED" }));
let runs: RunView[];
const sent: { path: string; body: unknown }[] = [];
const server = setupServer(
  http.post("*/api/v1/runs/bulk/check", () => HttpResponse.json({ applies: 2, skips: 0, byState: {}, actions: { delete: 2 }, own: 2 })),
  http.post("*/api/v1/runs/bulk", async ({ request }) => {
    sent.push({ path: "bulk", body: await request.json() });
    return HttpResponse.json({ done: 2, skipped: [], skippedTotal: 0 });
  }),
  http.patch("*/api/v1/runs/:id", async ({ request, params }) => {
    const body = (await request.json()) as Partial<RunView>;
    sent.push({ path: String(params.id), body });
    return HttpResponse.json({ ...runs.find((run) => run.id === params.id), ...body });
  }),
  http.get("*/api/v1/views", () => HttpResponse.json([])),
  http.get("*/api/v1/experiments", () => HttpResponse.json([])),
  http.get("*/api/v1/keys", () => HttpResponse.json({ of: 2, params: [], metrics: [], tags: [] })),
  http.get("*/api/v1/runs", () => HttpResponse.json({ items: runs, total: 2, more: false, metrics: [] })),
);

// jsdom lays nothing out: rows are drawn for a box of this size.
beforeAll(() => {
  for (const [name, size] of [["clientHeight", 600], ["clientWidth", 1200]] as const) Object.defineProperty(Element.prototype, name, { configurable: true, get: () => size });
  server.listen({ onUnhandledRequest: "error" });
});
beforeEach(() => {
  runs = RUNS;
  sent.splice(0);
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const rowOf = (name: RegExp) => screen.findByRole("row", { name });

test("all files of a run are kept by its menu, which says nothing of the baseline's pin, and of many by the bar", async () => {
  drawAt("/runs?charts=off", <RunsPanel />);
  (await rowOf(/-000/)).focus();
  await userEvent.keyboard("m");
  await userEvent.click(await screen.findByRole("menuitem", { name: "Keep all files" }));
  await waitFor(() => expect(sent[0]).toEqual({ path: "run-0", body: { pinned: true } }));
  const said = (await screen.findByText("sweep-of-prompts-000 keeps all its files")).closest("li")!;
  await userEvent.click(within(said).getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(sent[1]).toEqual({ path: "run-0", body: { pinned: false } }));

  await userEvent.click(screen.getByRole("checkbox", { name: "Select all that match" }));
  await userEvent.click(await screen.findByRole("button", { name: "More for the selected" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Keep all files" }));
  await waitFor(() => expect(sent[2]?.body).toEqual({ select: {}, expect: 2, do: { patch: { pinned: true } } }));
});

test("a run whose files are kept is marked, and is not offered to be deleted", async () => {
  runs = [{ ...RUNS[0]!, pinned: true }, RUNS[1]!];
  drawAt("/runs?charts=off", <RunsPanel />);
  const kept = await rowOf(/-000/);
  expect(within(kept).getByRole("img", { name: "all files kept" })).toBeTruthy();
  expect(within(await rowOf(/-001/)).queryByRole("img", { name: "all files kept" })).toBeNull();
  kept.focus();
  await userEvent.keyboard("m");
  expect((await screen.findByRole("menuitem", { name: /^Delete/ })).getAttribute("aria-disabled")).toBe("true");
  await userEvent.click(screen.getByRole("menuitem", { name: "No longer keep all files" }));
  await waitFor(() => expect(sent[0]).toEqual({ path: "run-0", body: { pinned: false } }));
});
