import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { columnsOf } from "../../testing/columns";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import Front from "./Front";
import { SweepPage } from "./SweepPage";
import { runOfPoint } from "./useSweepRuns";

const PROMPTS = [1, 4, 8, 16];
const RUNS = PROMPTS.map((prompts, i) => aRun({ id: `run-${i}`, name: `r-${i}`, state: "FINISHED", params: { "method.prompts": prompts }, summary: { "val/top1": { last: 60 + i, best: 70 + i, count: 5, nonFinite: 0, goal: "MAX" } } }));
const SWEEP = { id: "s", project: "default", experiment: "e", name: "prompts", state: "FINISHED", spec: { metric: "val/top1", base: {} }, total: 4, created: 4, states: { FINISHED: 4 }, createdAt: "2026-01-01T00:00:00Z", createdBy: "local" };
const server = setupServer(
  http.get("*/api/v1/sweeps/s", () => HttpResponse.json(SWEEP)),
  http.get("*/api/v1/sweeps/s/table", () =>
    HttpResponse.json({ metric: "val/top1", rows: [...RUNS.map((run, i) => ({ params: run.params, n: 1, expected: 1, mean: 60 + i, std: null, values: [60 + i], runs: [run.id], seeds: [0] })), ...[0, 9].map((prompts) => ({ params: { "method.prompts": prompts }, n: 0, expected: 1, mean: null, std: null, values: [], runs: [], seeds: [] }))] }),
  ),
  http.get("*/api/v1/sweeps/s/columns", () => HttpResponse.json(columnsOf(RUNS, ["val/top1"]))),
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
  server.use(http.get("*/api/v1/sweeps/s/columns", () => HttpResponse.json(columnsOf(many, ["val/top1"]))));
  drawAt("/sweeps/s", <SweepPage id="s" runs={() => <p>the runs</p>} />);
  const said = await screen.findByText(/stands out is the best/);
  expect(said.textContent).toMatch(/^The best 40 of 45 curves\. .* m-44\./);
  await userEvent.click(within(said).getByRole("button", { name: "Draw all 45" }));
  await waitFor(() => expect(said.textContent).toMatch(/^45 curves\. .* m-44\./));
  expect(within(said).getByRole("button", { name: "Draw the best 40" })).toBeTruthy();
});

test("all runs of a sweep are drawn, portion by portion, and the best so far is the service's", async () => {
  const many = Array.from({ length: 2_600 }, (_, i) => aRun({ ...RUNS[0], id: `many-${i}`, index: i, name: `m-${i}`, params: { "method.prompts": i }, endedAt: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString() }));
  const asked: (string | null)[] = [];
  server.use(
    http.get("*/api/v1/sweeps/s/columns", ({ request }) => {
      const after = new URL(request.url).searchParams.get("after");
      asked.push(after);
      const page = after === null ? many.slice(0, 2_500) : many.slice(Number(after) + 1);
      return HttpResponse.json({ ...columnsOf(page, ["val/top1"]), total: many.length, next: after === null ? 2_499 : null });
    }),
    http.get("*/api/v1/sweeps/s/progress", () => HttpResponse.json({ metric: "val/top1", value: "last", goal: "MAX", runs: 2_600, hours: 1, deviceHours: 2, steps: [{ run: "many-0", name: "m-0", value: 60, n: 1, hours: 0, deviceHours: 0 }] })),
  );
  drawAt("/sweeps/s?plot=best", <SweepPage id="s" runs={() => <p>the runs</p>} />);
  expect(await screen.findByText("2,600 of 2,600 runs have a value.")).toBeTruthy();
  expect(asked).toEqual([null, "2499"]);
});

test("what is judged once has the curve of the same score on val, of which the service is asked", async () => {
  server.use(
    http.get("*/api/v1/sweeps/s", () => HttpResponse.json({ ...SWEEP, spec: { ...SWEEP.spec, metric: "test/top1" } })),
    // As the service does: of each run what was asked for.
    http.get("*/api/v1/sweeps/s/columns", ({ request }) => {
      const asked = new URL(request.url).searchParams.getAll("metrics").flatMap((names) => names.split(","));
      const items = RUNS.map((run) => ({ ...run, summary: { ...run.summary, "test/top1": { last: 50, best: 50, count: 1, nonFinite: 0, goal: "MAX" as const } } }));
      return HttpResponse.json(columnsOf(items, asked));
    }),
  );
  drawAt("/sweeps/s", <SweepPage id="s" runs={() => <p>the runs</p>} />);
  expect(await screen.findByText("Curves of val/top1")).toBeTruthy();
  expect((await screen.findByText(/stands out is the best by test\/top1/)).textContent).toMatch(/^4 curves\./);
});

test("points that others carry out stand on the front, which is the service's", async () => {
  const points = [[1, 2], [3, 3]].map((values, point) => ({ point, params: { x: point }, source: "sampler" as const, state: "FINISHED" as const, values, runs: [], askedAt: "2026-01-01T00:00:00Z" }));
  server.use(http.get("*/api/v1/sweeps/s/points", () => HttpResponse.json({ metrics: ["a", "b"], goals: ["min", "min"], best: 0, front: [0], seedsLater: false, points })));
  drawAt("/", <Front sweep="s" runs={points.map((point) => runOfPoint("s", ["a", "b"], point))} width={400} />);
  expect(await screen.findByRole("img", { name: "b against a: 1 of 2 points are on the front" })).toBeTruthy();
});
