// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import type { TableRow } from "../../api/types";
import { aRun } from "../../testing/samples";
import { inside, paramAxis, RESULT, resultAxis, varying } from "./axes";
import { asText, ranked } from "./MeanTable";
import { actionsOfSweep } from "./SweepPage";
import { type SweepPageView, sweepUrl } from "./view";

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
    expect(asText([rows[2]!, rows[1]!], ["method.prompts"], "test/top1")).toBe("method.prompts\ttest/top1\tseeds\n8\t84.4 ± 1.7\t2/2\n4\t80\t1/2");
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

  test("NaN is no result", () => {
    const broken = aRun({ summary: { a: { last: NaN, count: 1, nonFinite: 1 } } });
    expect(resultAxis([...runs, broken], "a").at(broken)).toBeNull();
  });

  test("brushes narrow together", () => {
    const axes = [paramAxis(runs, "rate", true), resultAxis(runs, "a")];
    const brushes = [
      { axis: "rate", low: 0.4, high: 1 },
      { axis: RESULT, low: 0, high: 0.6 },
    ];
    expect(runs.filter((run) => inside(run, axes, brushes)).map((run) => run.params.rate)).toEqual([0.1]);
  });
});

test("the address holds all of the view", () => {
  const view: SweepPageView = { metric: "test/top1", plot: "scatter", x: "a.b", log: ["a.b", "c"], brushes: [{ axis: "a:b", low: 0.1, high: 0.5 }] };
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
