// @vitest-environment jsdom
import type { DeviceView, RunView } from "../../api/types";
import type { PointView, Tried } from "../../api/sweepSearch";
import { surface } from "./Contour";
import { lanesOf, triedOf } from "./lanes";
import { describe, expect, test } from "vitest";
import type { TableRow } from "../../api/types";
import { aRun } from "../../testing/samples";
import { arranged, bestSoFar, filtersOf, goalOf, insideOf, moved, paramAxis, RESULT, resultAxis, resultOf, varying } from "./axes";
import { joined } from "./BrushAxis";
import { curveOf, drawnOf } from "./Curves";
import { decimalsOf, ranked, wordsOf } from "./MeanTable";
import { actionsOfSweep } from "./SweepPage";
import { outcomeOf } from "../../components/outcome";
import { type Line, nearestLine } from "./parallelLines";
import { best } from "./PointsTable";
import { runOfPoint } from "./useSweepRuns";
import { pageOf, type SweepPageView, sweepUrl } from "./view";

const row = (prompts: number, mean: number | null, n: number): TableRow => ({
  params: { "method.prompts": prompts },
  seeds: [],
  n,
  expected: 2,
  mean,
  std: n > 1 ? 1.68 : null,
  values: [],
  runs: [],
});

describe("the table of means", () => {
  const rows = [row(1, null, 0), row(4, 80, 1), row(8, 84.42, 2), row(16, NaN, 2)];

  test("best first, what has no mean last", () => {
    expect(ranked(rows, "max").map((r) => r.params["method.prompts"])).toEqual([8, 4, 1, 16]);
    expect(ranked(rows, "min")[0]?.params["method.prompts"]).toBe(4);
  });

  test("copies with seeds that are missing", () => {
    expect(wordsOf([rows[2]!, rows[1]!], ["method.prompts"], "test/top1")).toEqual([["method.prompts", "test/top1", "seeds"], ["8", "84.4 ± 1.7", "2/2"], ["4", "80.0", "1/2"]]);
  });
});

describe("axes", () => {
  const of = (rate: number, kind: string, best: number) =>
    aRun({ id: kind + rate, params: { rate, kind, seed: 0 }, summary: { a: { best, count: 1, nonFinite: 0 } } });
  const runs = [of(0.01, "pgn", 50), of(0.1, "iip", 60), of(1, "pgn", 70)];

  test("only what varies has one", () => expect(varying(runs)).toEqual(["kind", "rate"]));

  test("a wide range is drawn by logarithm unless it was chosen otherwise", () => {
    expect(paramAxis(runs, "rate", undefined).at(runs[1]!)).toBeCloseTo(0.5);
    expect(paramAxis(runs, "rate", false).at(runs[1]!)).toBeCloseTo(0.0909, 3);
  });

  test("words lie in order; a run without the value has no place", () => {
    const axis = paramAxis(runs, "kind", undefined);
    expect(axis.ticks.map((tick) => tick.label)).toEqual(["iip", "pgn"]);
    expect(axis.at(aRun({ params: {} }))).toBeNull();
  });

  test("they stand in the order that was asked for, and on their heads", () => {
    const all = [paramAxis(runs, "kind"), paramAxis(runs, "rate", true), resultAxis(runs, "a", "best")];
    const turned = arranged(all, ["rate"], ["rate"]);
    expect(turned.map(({ id }) => id)).toEqual(["rate", "kind", RESULT]);
    expect(turned[0]!.at(runs[2]!)).toBeCloseTo(0);
    expect(turned[0]!.ticks.at(-1)!.at).toBeCloseTo(0);
    expect(moved(turned, "rate", 1)).toEqual(["kind", "rate"]);
    expect(moved(turned, "rate", -1)).toEqual(["rate", "kind"]);
  });

  test("NaN is no result", () => {
    const broken = aRun({ summary: { a: { last: NaN, count: 1, nonFinite: 1 } } });
    expect(resultAxis([...runs, broken], "a", "best").at(broken)).toBeNull();
  });

  test("brushes narrow together", () => {
    const axes = [paramAxis(runs, "rate", true), resultAxis(runs, "a", "best")];
    const brushes = [
      { axis: "rate", low: 0.4, high: 1 },
      { axis: RESULT, low: 0, high: 0.6 },
    ];
    expect(runs.filter(insideOf(axes, brushes)).map((run) => run.params.rate)).toEqual([0.1]);
    expect(filtersOf(axes, brushes)).toEqual([expect.stringMatching(/^params\.rate >= 0\.0630957\d+$/), "metrics.a.best <= 62"]);
  });

  test("several stretches of one axis hold together, and what overlaps is one", () => {
    const axes = [paramAxis(runs, "rate", true)];
    const brushes = [{ axis: "rate", low: 0, high: 0.1 }, { axis: "rate", low: 0.9, high: 1 }];
    expect(runs.filter(insideOf(axes, brushes)).map((run) => run.params.rate)).toEqual([0.01, 1]);
    expect(filtersOf(axes, brushes)).toEqual([expect.stringMatching(/^\(params\.rate <= 0\.01\d+\) or \(params\.rate >= 0\.6\d+\)$/)]);
    expect(joined([{ low: 0.5, high: 0.7 }, { low: 0.1, high: 0.3 }, { low: 0.6, high: 0.9 }])).toEqual([{ low: 0.1, high: 0.3 }, { low: 0.5, high: 0.9 }]);
    expect(joined([{ low: 0, high: 0.6 }, { low: 0.5, high: 1 }])).toEqual([]);
  });

  test("a filter says what a brush holds: words, an axis on its head, names that are no plain words", () => {
    const kinds = paramAxis(runs, "kind");
    expect(kinds.filter(0.5, 1)).toBe("params.kind in ('pgn')");
    expect(kinds.filter(0, 1)).toBeNull();
    expect(arranged([kinds], [], ["kind"])[0]!.filter(0.5, 1)).toBe("params.kind in ('iip')");
    const odd = [1, 2].map((n) => aRun({ params: { "a b": n } }));
    expect(paramAxis(odd, "a b").filter(0, 0.5)).toBe("`params.a b` <= 1.5");
    const mixed = [aRun({ params: { sizes: [1, 2] } }), aRun({ params: { sizes: true } }), aRun({ params: { sizes: "it's" } })];
    expect(paramAxis(mixed, "sizes").filter(-1, 0.9)).toBe("params.sizes in ('[1,2]', 'it\\'s')");
  });

  test("the curves are of the best, of those that have one", () => {
    const having = runs.map((run, i) => ({ ...run, summary: { a: { ...run.summary.a!, count: i === 1 ? 1 : 9 } } }));
    const result = (run: (typeof runs)[0]) => resultOf(run, "a", "best");
    expect(drawnOf(having, "a", "max", result).map(result)).toEqual([70, 50]);
    expect(drawnOf(having, "a", "min", result).map(result)).toEqual([50, 70]);
  });
});

test("a score of test, which is measured once, is stood for by the curve of val", () => {
  const run = (counts: Record<string, number>) => ({ summary: Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, { count }])) }) as unknown as RunView;
  expect(curveOf([run({ "test/top1": 1, "val/top1": 10 })], "test/top1")).toBe("val/top1");
  expect(curveOf([run({ "test/top1": 1 }), run({ "test/top1": 3, "val/top1": 10 })], "test/top1")).toBe("test/top1");
  expect(curveOf([run({ "test/top1": 1, "val/loss": 10 })], "test/top1")).toBe("test/top1");
  expect(curveOf([run({ accuracy: 1, "val/accuracy": 10 })], "accuracy")).toBe("accuracy");
});

test("the address holds all of the view", () => {
  const view: SweepPageView = { metric: "test/top1", value: "best", plot: "slice", log: ["a.b", "c"], brushes: [{ axis: "a:b", low: 0.1, high: 0.5 }], over: "device-hours", order: ["c", "a.b"], flipped: ["c"] };
  for (const state of [view, { ...view, log: [] }, { ...view, log: undefined, brushes: [] }]) {
    const search = new URLSearchParams();
    sweepUrl.write(state, search);
    expect(sweepUrl.read(new URLSearchParams(search.toString()))).toEqual(state);
  }
});

test("retry is offered where something failed", () => {
  expect(actionsOfSweep({ state: "RUNNING", states: { RUNNING: 1 } })).toEqual(["pause", "cancel"]);
  expect(actionsOfSweep({ state: "FINISHED", states: { FAILED: 1 } })).toEqual(["retry"]);
  expect(actionsOfSweep({ state: "FINISHED", states: { FINISHED: 1 } })).toEqual([]);
});

test("an address of the older scatter leads to the slices", () => {
  expect(sweepUrl.read(new URLSearchParams("plot=scatter&px=a")).plot).toBe("slice");
});

test("one name is one number: the value that counts is said, and is the same everywhere (U-01)", () => {
  const run = aRun({ summary: { a: { last: 1, best: 2, count: 3, nonFinite: 0 }, rate: { last: 5, count: 3, nonFinite: 0 } } });
  expect([resultOf(run, "a", "last"), resultOf(run, "a", "best"), resultOf(run, "rate", "best")]).toEqual([1, 2, 5]);
  expect(resultAxis([run], "a", "best").title).toBe("a, best");
});

test("better is what the metric's definition says, not its name", () => {
  const of = (goal: "MIN" | "MAX") => [aRun({ summary: { a: { last: 1, count: 1, nonFinite: 0, goal } } })];
  expect(goalOf(of("MIN"), "a", "max")).toBe("min");
  expect(goalOf([], "a", "min")).toBe("min");
  // Nobody says it: a name is no definition.
  expect(goalOf([], "val/loss", undefined)).toBeNull();
});

test("one number of decimals down a column", () => {
  const of = (mean: number, std: number): TableRow => ({ ...row(1, mean, 3), std });
  expect(decimalsOf([of(24.7, 4.04), of(24.33, 0.58)])).toBe(2);
  expect(decimalsOf([of(0.123, 0.0021)])).toBe(4);
  expect(decimalsOf([row(1, 5, 1)])).toBeUndefined();
});

describe("what came of a sweep (U-06)", () => {
  const of = (states: object, state = "FINISHED") => outcomeOf({ state, states } as Parameters<typeof outcomeOf>[0]);

  test("a sweep whose only run failed is no success", () => {
    expect(of({ FAILED: 1 })).toBe("failed");
    expect(of({ FAILED: 1, FINISHED: 3 })).toBe("partly failed");
    expect(of({ FINISHED: 3, PRUNED: 2 })).toBe("complete");
    expect(of({ CANCELLED: 2 })).toBe("cancelled");
    expect(of({})).toBe("empty");
    expect(of({ FAILED: 1 }, "RUNNING")).toBe("running");
  });

  test("the service's word stands first", () => expect(outcomeOf({ state: "FINISHED", states: {}, outcome: "partly failed" })).toBe("partly failed"));
});

test("best so far goes by the end of runs and by the goal", () => {
  const of = (id: string, endedAt: string | null, last: number, state: RunView["state"] = "FINISHED") => aRun({ id, endedAt, state, summary: { a: { last, count: 1, nonFinite: 0 } } });
  const runs = [of("c", "2026-01-03T00:00:00Z", 3), of("a", "2026-01-01T00:00:00Z", 2), of("b", "2026-01-02T00:00:00Z", 1), of("d", null, 99)];
  expect(bestSoFar(runs, "a", "last", "max").map((point) => [point.run.id, point.best])).toEqual([["a", 2], ["b", 2], ["c", 3]]);
  expect(bestSoFar(runs, "a", "last", "min").map((point) => point.best)).toEqual([2, 1, 1]);
  // One that was stopped stands there and is never the best, as in the table of means.
  const stopped = [of("p", "2026-01-01T00:00:00Z", 9, "PRUNED"), of("a", "2026-01-02T00:00:00Z", 2), of("f", "2026-01-03T00:00:00Z", 7, "FAILED")];
  expect(bestSoFar(stopped, "a", "last", "max").map((point) => [point.value, point.best])).toEqual([[9, -Infinity], [2, 2], [7, 2]]);
});

test("whole numbers have whole ticks; long names are cut", () => {
  const seeds = Array.from({ length: 10 }, (_, seed) => aRun({ id: String(seed), params: { seed } }));
  for (const tick of paramAxis(seeds, "seed").ticks) expect(tick.label).toMatch(/^\d+$/);
  expect(paramAxis([aRun({ params: { a: "a-very-long-name-of-a-thing" } })], "a").ticks[0]!.label).toBe("a-very-long-n…");
});

test("a movement of the pointer looks at lines, it renders none (U-25)", () => {
  const lines = Array.from({ length: 2000 }, (_, i): Line => ({ run: aRun({ id: String(i) }), ats: [i / 2000, null, 1 - i / 2000], ys: [i / 10, null, 200 - i / 10], colour: "red", t: 0 }));
  expect(nearestLine(lines, [0, 50, 100], 0, 60)?.run.id).toBe("600");
  expect(nearestLine(lines, [0, 50, 100], 100, 60)?.run.id).toBe("1400");
  expect(nearestLine(lines, [0, 50, 100], 0, 300)).toBeNull();
  const before = process.cpuUsage();
  for (let i = 0; i < 30; i++) nearestLine(lines, [0, 50, 100], i, 100);
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(300);
});

test("what the base sets has a place beside what an axis sets (U-03)", () => {
  const pgn = aRun({ id: "p", params: {}, spec: { method: { kind: "pgn" } } });
  const iip = aRun({ id: "i", params: { "method.kind": "iip" }, spec: { method: { kind: "iip" } } });
  expect(varying([pgn, iip])).toEqual(["method.kind"]);
  expect(paramAxis([pgn, iip], "method.kind").at(pgn)).toBe(1);
});

describe("insight", () => {
  test("a surface passes through what was measured and never leaves its range", () => {
    const cells = surface([{ x: 0.25, y: 0.25, z: 1 }, { x: 0.75, y: 0.75, z: 3 }], 2);
    expect(cells[0]).toBe(1);
    expect(cells[3]).toBe(3);
    expect(cells[1]).toBeCloseTo(2);
  });

  test("attempts stand on the device that had them, beside each other where it has several slots", () => {
    const time = (at: number) => new Date(at).toISOString();
    const tried = (run: string, device: string, from: number, to: number | null, attempt = 1): Tried => ({ run, attempt, device, host: "atlas", state: "RUNNING", startStep: 0, grantedAt: time(from), startedAt: time(from), ...(to === null ? {} : { endedAt: time(to) }) });
    const gpu = { id: "g", host: "atlas", key: "cuda:0", kind: "cuda", name: "H100", memoryBytes: 1, slots: 2, state: "FREE" } as DeviceView;
    const { lanes, from, to, busy } = lanesOf([tried("c", "g", 50, null, 2), tried("a", "g", 0, 100), tried("b", "g", 10, 40), tried("c", "0f000001-x", 10, 50)], [gpu], 200);
    expect(lanes.map((lane) => [lane.name, lane.rows, ...lane.bars.map(({ attempt, row }) => `${attempt.run}${attempt.attempt}@${row}`)])).toEqual([
      ["atlas cuda:0", 2, "a1@0", "b1@1", "c2@1"],
      ["atlas 0f000001", 1, "c1@0"],
    ]);
    expect([from, to]).toEqual([0, 200]);
    expect(busy).toBeCloseTo((150 + 100 + 30 + 40) / (3 * 200));
  });

  test("points that others carry out stand in rows of their own", () => {
    const run = { ...aRun({ id: "s?point=1", startedAt: "2026-01-01T00:00:00Z", endedAt: "2026-01-01T00:00:05Z" }) };
    expect(triedOf([run, aRun({ startedAt: null })])).toMatchObject([{ run: "s?point=1", grantedAt: "2026-01-01T00:00:00Z", endedAt: "2026-01-01T00:00:05Z" }]);
  });
});

describe("a sweep that is carried out from outside", () => {
  const point = (n: number, state: PointView["state"], value?: number): PointView => ({
    point: n,
    params: { x: n },
    source: "sampler",
    state,
    runs: [],
    drawnAt: "2026-01-01T00:00:00Z",
    askedAt: "2026-01-01T00:00:01Z",
    ...(value === undefined ? {} : { values: [value] }),
  });

  test("its points are drawn as runs are, and have no page of their own", () => {
    const run = runOfPoint("s", ["loss"], { ...point(3, "FINISHED", 0.5), toldAt: "2026-01-01T00:00:05Z" });
    expect(resultOf(run, "loss", "last")).toBe(0.5);
    expect(run.endedAt).toBe("2026-01-01T00:00:05Z");
    expect(pageOf(run.id)).toBe("/sweeps/s?point=3");
    expect(runOfPoint("s", ["loss"], point(4, "OPEN")).state).toBe("RUNNING");
  });

  test("the best come first, then what was pruned, is open, failed", () => {
    const points = [point(0, "FAILED"), point(1, "OPEN"), point(2, "FINISHED", 2), point(3, "FINISHED", 1), point(4, "PRUNED", 0)];
    expect(best({ points, goals: ["min"] }).map((one) => one.point)).toEqual([3, 2, 4, 1, 0]);
    expect(best({ points, goals: ["max"] }).map((one) => one.point)).toEqual([2, 3, 4, 1, 0]);
    expect(best({ points: [{ ...points[2]!, askedAt: null }], goals: ["min"] })).toEqual([]);
  });
});
