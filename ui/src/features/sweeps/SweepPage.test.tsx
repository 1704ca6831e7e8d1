import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { SweepPage } from "./SweepPage";

const PROMPTS = [1, 4, 8, 16];
const RUNS = PROMPTS.map((prompts, i) => aRun({ id: `run-${i}`, name: `r-${i}`, state: "FINISHED", params: { "method.prompts": prompts }, summary: { "val/top1": { last: 60 + i, best: 70 + i, count: 5, nonFinite: 0, goal: "MAX" } } }));
const SWEEP = { id: "s", project: "default", experiment: "e", name: "prompts", state: "FINISHED", spec: { metric: "val/top1", base: {} }, total: 4, created: 4, states: { FINISHED: 4 }, createdAt: "2026-01-01T00:00:00Z", createdBy: "local" };
const server = setupServer(
  http.get("*/api/v1/sweeps/s", () => HttpResponse.json(SWEEP)),
  http.get("*/api/v1/sweeps/s/table", () =>
    HttpResponse.json({ metric: "val/top1", rows: [...RUNS.map((run, i) => ({ params: run.params, n: 1, expected: 1, mean: 60 + i, std: null, values: [60 + i], runs: [run.id], seeds: [0] })), ...[0, 9].map((prompts) => ({ params: { "method.prompts": prompts }, n: 0, expected: 1, mean: null, std: null, values: [], runs: [], seeds: [] }))] }),
  ),
  http.get("*/api/v1/runs", () => HttpResponse.json({ items: RUNS, total: 4, more: false, metrics: ["val/top1"] })),
  http.post("*/api/v1/metrics/series", () => HttpResponse.json({ series: [], cursor: null })),
);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterAll(() => server.close());

test("a brush leaves the same runs in the table of means, in the curves and in the table of runs", async () => {
  const filters: (readonly string[])[] = [];
  // From 8 on, along an axis by logarithm from 1 to 16.
  drawAt("/sweeps/s?brush=0.7:1:method.prompts", <SweepPage id="s" runs={(inside) => (filters.push(inside), (<p>the runs</p>))} />);
  const means = await screen.findByRole("region", { name: "Means over seeds" });
  // A point without a run is judged by what it sets.
  await waitFor(() => expect(within(means).getAllByRole("row").slice(1).map((row) => within(row).getAllByRole("cell")[0]!.textContent)).toEqual(["16", "8", "9"]));
  await waitFor(() => expect(filters.at(-1)).toEqual([expect.stringMatching(/^params\.method\.prompts >= 6\.96\d*$/)]));
  expect((await screen.findByText(/stands out is the best/)).textContent).toMatch(/^2 curves\. .* r-3\.$/);
  await userEvent.click(within(screen.getByText(/^Brushed: /)).getByRole("button", { name: "Clear brushes" }));
  await waitFor(() => expect(within(means).getAllByRole("row")).toHaveLength(7));
  expect(filters.at(-1)).toEqual([]);
});

test("every curve of a sweep is drawn for who wants them, and the best stays marked", async () => {
  const many = Array.from({ length: 45 }, (_, i) => aRun({ ...RUNS[0], id: `many-${i}`, name: `m-${i}`, summary: { "val/top1": { last: 60 + i, best: 70 + i, count: 5, nonFinite: 0, goal: "MAX" } } }));
  server.use(http.get("*/api/v1/runs", () => HttpResponse.json({ items: many, total: 45, more: false, metrics: ["val/top1"] })));
  drawAt("/sweeps/s", <SweepPage id="s" runs={() => <p>the runs</p>} />);
  const said = await screen.findByText(/stands out is the best/);
  expect(said.textContent).toMatch(/^The best 40 of 45 curves\. .* m-44\./);
  await userEvent.click(within(said).getByRole("button", { name: "Draw all 45" }));
  await waitFor(() => expect(said.textContent).toMatch(/^45 curves\. .* m-44\./));
  expect(within(said).getByRole("button", { name: "Draw the best 40" })).toBeTruthy();
});

test("what is judged once has the curve of the same score on val, of which the service is asked", async () => {
  server.use(
    http.get("*/api/v1/sweeps/s", () => HttpResponse.json({ ...SWEEP, spec: { ...SWEEP.spec, metric: "test/top1" } })),
    // As the service does: of each run what was asked for.
    http.get("*/api/v1/runs", ({ request }) => {
      const asked = new URL(request.url).searchParams.getAll("metrics").flatMap((names) => names.split(","));
      const items = RUNS.map((run) => ({ ...run, summary: Object.fromEntries(Object.entries({ ...run.summary, "test/top1": { last: 50, best: 50, count: 1, nonFinite: 0, goal: "MAX" } }).filter(([key]) => asked.includes(key))) }));
      return HttpResponse.json({ items, total: 4, more: false, metrics: ["test/top1", "val/top1"] });
    }),
  );
  drawAt("/sweeps/s", <SweepPage id="s" runs={() => <p>the runs</p>} />);
  expect(await screen.findByText("Curves of val/top1")).toBeTruthy();
  expect((await screen.findByText(/stands out is the best by test\/top1/)).textContent).toMatch(/^4 curves\./);
});
