import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { RunGroup } from "../../api/overRuns";
import { looks } from "../../components/colour";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { askedGroups } from "./drawnGroups";
import { GroupCharts, traceOf } from "./GroupCharts";
import { groupId } from "./rows";

vi.mock("../../charts/Plot", () => ({ default: ({ label }: { label: string }) => <div role="img" aria-label={label} /> }));

const band = (kind: string, runs: number) => ({ by: { "params.method.kind": kind }, runs, steps: [10, 20], mean: [50, 60], std: [null, 2], min: [50, 58], max: [50, 62], n: [1, runs] });
const asked: unknown[] = [];
const counted = (count: number) => HttpResponse.json({ items: [aRun({ summary: { "val/top1": { last: 60, count, nonFinite: 0 } } })], total: 1, more: false, metrics: [] });
const server = setupServer(
  http.get("*/api/v1/runs", () => counted(2)),
  http.post("*/api/v1/metrics/bands", async ({ request }) => {
    asked.push(await request.json());
    return HttpResponse.json({ groups: [band("pgn", 3), band("vp", 2)], more: false });
  }),
);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  server.resetHandlers();
  asked.splice(0);
});
afterAll(() => server.close());

const METRICS = [{ key: "val/top1", runs: 5, goal: "MAX" as const, unit: "%", decimals: 2 }];
const GROUPS: RunGroup[] = ["pgn", "vp"].map((kind) => ({ by: { "params.method.kind": kind }, filter: `params.method.kind = '${kind}'`, runs: 3, states: {}, fields: {} }));
const draw = (drawn: string[], address = "/runs?hide=x", waiting = false, total = 2) =>
  drawAt(address, <GroupCharts by={["params.method.kind"]} scope={{ experiment: "e", filter: ["starred = true"], state: "FINISHED" }} metrics={METRICS} groups={GROUPS} total={total} drawn={drawn} looks={looks(drawn, false)} emphasised={null} waiting={waiting} />);

test("a group's line is the mean over all its runs, its band one deviation where two have a value, and n is said", () => {
  const trace = traceOf(band("pgn", 3), "val/top1", "step");
  expect(trace).toMatchObject({ id: '["pgn"]', label: "kind pgn", runs: [1, 3] });
  expect([trace.series.min, trace.series.last, trace.series.max]).toEqual([[50, 58], [50, 60], [50, 62]]);
});

test("draws the groups whose eye is open, of all runs that match and not of those that are loaded", async () => {
  draw([groupId({ a: "pgn" })]);
  expect(await screen.findByRole("img", { name: /kind pgn: from 50 at step 10 to 60 at step 20/ })).toBeTruthy();
  expect(screen.queryByText(/kind vp/)).toBeNull();
  expect(asked).toEqual([{ experiment: "e", filter: ["starred = true"], state: "FINISHED", by: ["params.method.kind"], key: "val/top1", buckets: 300 }]);
  expect(screen.getByText(/mean of all matching runs at each step, band one standard deviation/)).toBeTruthy();
});

test("what was measured once a run is a number for each drawn group, over all its runs, and no curve", async () => {
  const groups: URL[] = [];
  server.use(
    http.get("*/api/v1/runs", () => counted(1)),
    http.get("*/api/v1/runs/groups", ({ request }) => {
      groups.push(new URL(request.url));
      const of = (kind: string, spread: object) => ({ by: { "params.method.kind": kind }, filter: kind, runs: 3, states: {}, fields: { "metrics.val/top1.last": spread } });
      return HttpResponse.json({ items: [of("pgn", { n: 3, mean: 81.254, std: 0.5 }), of("vp", { n: 1, mean: 70 })], total: 2, more: false });
    }),
  );
  draw([groupId({ a: "pgn" })]);
  expect((await screen.findByText(/81\.25 ± 0\.50/)).textContent).toMatch(/kind pgn.*n 3$/);
  expect(screen.queryByText(/70/)).toBeNull();
  expect(groups.map((url) => [url.searchParams.getAll("by"), url.searchParams.getAll("field")])).toEqual([[["params.method.kind"], ["metrics.val/top1.last"]]]);
  expect(asked).toEqual([]);
});

test("where the service answers about fewer groups than there are, the question is about the drawn ones; one without a line is said", async () => {
  server.use(
    http.post("*/api/v1/metrics/bands", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ groups: [band("pgn", 3), { ...band("vp", 2), steps: [], mean: [], std: [], min: [], max: [], n: [] }], more: false });
    }),
  );
  draw([groupId({ a: "pgn" }), groupId({ a: "vp" })], "/runs", false, 51);
  expect(await screen.findByText(/no values of 1 of 2 drawn groups/)).toBeTruthy();
  expect(asked).toMatchObject([{ filter: ["starred = true", "params.method.kind = 'pgn' or params.method.kind = 'vp'"] }]);
});

test("one question has room for so many comparisons; how many drawn groups have none is told", () => {
  const many: RunGroup[] = Array.from({ length: 80 }, (_, i) => ({ by: { a: i, b: 0 }, filter: `a = ${i} and b = 0`, runs: 1, states: {}, fields: {} }));
  const ids = many.map((group) => groupId(group.by));
  const of = askedGroups(many, ids.slice(40, 80), 80);
  expect([of.asked, of.left]).toEqual([ids.slice(40, 72), 8]);
  expect(of.filter).toMatch(/^a = 40 and b = 0 or a = 41 and b = 0 or /);
  expect(askedGroups(many, ids.slice(40, 50), 80).left).toBe(0);
  expect(askedGroups(many.slice(0, 50), ids.slice(0, 50), 50)).toEqual({ filter: undefined, asked: ids.slice(0, 50), left: 0 });
});

test("a zoom is read in finer grain, and a refusal is said in its chart", async () => {
  server.use(http.post("*/api/v1/metrics/bands", () => HttpResponse.json({ status: 503, code: "TOO_LONG", detail: "This took longer than 5 s." }, { status: 503 })));
  draw([groupId({ a: "pgn" })]);
  await waitFor(() => expect(screen.getByText("This took longer than 5 s.")).toBeTruthy());
  server.resetHandlers();
  draw([groupId({ a: "pgn" })], "/runs?zoom=10:15.5");
  await waitFor(() => expect(asked.at(-1)).toMatchObject({ from: 10, to: 16 }));
});

test("by epochs the service places the mean, whose runs have no step in common", async () => {
  server.use(
    http.post("*/api/v1/metrics/bands", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ groups: [{ ...band("pgn", 3), x: [1, 2.5] }], more: false });
    }),
  );
  draw([groupId({ a: "pgn" })], "/runs?x=epoch&zoom=0.5:3.5");
  expect(await screen.findByRole("img", { name: /kind pgn: from 50 at epoch 1 to 60 at epoch 2\.5/ })).toBeTruthy();
  expect(asked).toMatchObject([{ x: "EPOCH", from: 0.5, to: 3.5 }]);
  expect(screen.getByText(/of each its last value up to there/)).toBeTruthy();
});

test("by the wall clock a chart says that groups have no mean, and what to choose; nothing is asked", async () => {
  draw([groupId({ a: "pgn" })], "/runs?x=wall");
  expect(await screen.findByText("Groups have no mean by the wall clock: choose time since the run started.")).toBeTruthy();
  expect(asked).toEqual([]);
});

test("without an open eye it says what to do", async () => {
  draw([]);
  expect(await screen.findByText("No group is drawn.")).toBeTruthy();
  expect(asked).toEqual([]);
});

test("while the table waits for its answer no chart asks for one", async () => {
  const { leave } = draw([groupId({ a: "pgn" })], "/runs", true);
  expect(await screen.findByRole("region", { name: "val" })).toBeTruthy();
  await new Promise((later) => setTimeout(later, 100));
  expect(asked).toEqual([]);
  leave();
  draw([groupId({ a: "pgn" })], "/runs");
  await waitFor(() => expect(asked).toHaveLength(1));
});
