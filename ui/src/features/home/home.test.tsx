import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { ExperimentsPage } from "./ExperimentsPage";
import { HomePage } from "./HomePage";

const page = (items: unknown[], total = items.length) => ({ items, total, more: false, metrics: [] });
const server = setupServer(
  http.get("*/api/v1/keys", () => HttpResponse.json({ of: 9, params: [], metrics: [{ key: "val/top1", runs: 9, goal: "MAX", unit: "%", decimals: 2 }] })),
  http.get("*/api/v1/devices", () => HttpResponse.json([])),
  http.get("*/api/v1/experiments", () => HttpResponse.json([{ name: "prompts", runs: 300, judgedBy: { key: "val/top1", goal: "MAX" } }, { name: "nets", runs: 4, judgedBy: { key: "net/width", goal: "MIN" } }])),
  http.get("*/api/v1/sweeps", () =>
    HttpResponse.json({
      items: [
        { id: "s1", name: "rates", state: "RUNNING", total: 9, states: { FINISHED: 4, RUNNING: 1 } },
        { id: "s2", name: "over", state: "FINISHED", total: 2, states: { FINISHED: 2 } },
      ],
      next: null,
      total: 2,
    }),
  ),
  http.get("*/api/v1/home", () => HttpResponse.json({ experiments: [{ name: "prompts", lastActivity: "2026-01-01T00:00:00Z", activity: [...Array(12).fill(0), 2, 5] }] })),
  http.get("*/api/v1/runs/groups", ({ request }) =>
    new URL(request.url).searchParams.get("by") === "reason"
      ? HttpResponse.json(page([{ by: { reason: "DATA" }, filter: "reason = 'DATA'", runs: 300, states: { FAILED: 300 }, fields: {} }]))
      : HttpResponse.json(page([
          { by: { experiment: "prompts" }, filter: "experiment = 'prompts'", runs: 300, states: { RUNNING: 2, FAILED: 298 }, fields: { "metrics.val/top1.max": { n: 3, mean: 80, min: 79, max: 81.256 } } },
          { by: { experiment: "nets" }, filter: "experiment = 'nets'", runs: 4, states: { FINISHED: 4 }, fields: { "metrics.net/width.min": { n: 3, mean: 80, min: 17, max: 81 } } },
        ])),
  ),
  http.get("*/api/v1/runs", ({ request }) => {
    const state = new URL(request.url).searchParams.get("state");
    if (state === "FAILED") return HttpResponse.json(page([aRun({ state: "FAILED", reason: "DATA", message: "No image was found.", endedAt: "2026-01-01T00:00:00Z" })], 300));
    return HttpResponse.json(page(state === "QUEUED" ? [] : [aRun()]));
  }),
);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => localStorage.clear());
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("says what runs, why runs failed (all of them, by reason), and each experiment's best", async () => {
  drawAt("/", <HomePage />);
  const failures = await screen.findByRole("region", { name: /Failed since/ });
  expect(await within(failures).findByText("300 runs")).toBeTruthy();
  expect(await within(failures).findByText(/No image was found/)).toBeTruthy();
  const experiments = screen.getByRole("region", { name: "Experiments" });
  expect(await within(experiments).findByText("81.26")).toBeTruthy();
  const [first, second] = await within(experiments).findAllByRole("row", { name: /prompts|nets/ });
  expect(first!.textContent).toContain("val/top1");
  expect(within(first!).getByRole("img", { name: "higher is better" })).toBeTruthy();
  expect(second!.textContent).toMatch(/17.*net\/width/);
  expect(within(second!).getByRole("img", { name: "lower is better" })).toBeTruthy();
  expect(within(experiments).getByText("298 failed")).toBeTruthy();
  expect(await within(experiments).findByRole("img", { name: "7 runs queued in 14 days, 5 today" })).toBeTruthy();
  const sweeps = await screen.findByRole("region", { name: "Sweeps under way" });
  expect(within(sweeps).getByText("1 running, 4 finished, 4 to come")).toBeTruthy();
  expect(within(sweeps).queryByText("over")).toBeNull();
  expect(screen.getByRole("link", { name: "Failed since then" }).getAttribute("href")).toContain("FAILED");
  expect(localStorage.getItem("runyard.home.seen")).toContain("20");
});

test("an experiment gets a star, and a note that stands before the list", async () => {
  const sent: unknown[] = [];
  server.use(
    http.get("*/api/v1/experiments", () => HttpResponse.json([{ name: "prompts", runs: 300, tags: { paper: "" }, starred: false, hasNote: true }])),
    http.patch("*/api/v1/experiments/prompts", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ name: "prompts", starred: true });
    }),
    http.get("*/api/v1/experiments/prompts/note", () => HttpResponse.json({ text: "Why prompts", history: [] })),
  );
  drawAt("/experiments", <ExperimentsPage />);
  await userEvent.click(await screen.findByRole("button", { name: "Star experiment prompts" }));
  await waitFor(() => expect(sent).toEqual([{ starred: true }]));
  expect(await screen.findByText("paper")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Note on prompts" }));
  expect(await within(await screen.findByRole("dialog", { name: "Note on prompts" })).findByText("Why prompts")).toBeTruthy();
});

test("a new lab is told three ways to begin", async () => {
  server.use(
    http.get("*/api/v1/runs/groups", () => HttpResponse.json(page([]))),
    http.get("*/api/v1/runs", () => HttpResponse.json(page([]))),
  );
  drawAt("/", <HomePage />);
  for (const way of ["See it work", "Your own data", "From the paper"]) expect(await screen.findByRole("heading", { name: way })).toBeTruthy();
});
