import { describe, expect, test } from "vitest";
import type { Series } from "./series";
import { drawAll, type DrawOptions, inWords, nearest, noteOf, type Trace } from "./trace";

const draw = (trace: Trace, by: DrawOptions) => drawAll([trace], by)[0]!;
const options: DrawOptions = { axis: "step", smoothing: "ema", weight: 0, ghosts: false, logX: false, logY: false };

function of(steps: number[], last: (number | null)[], more: Partial<Series> = {}, trace: Partial<Trace> = {}): Trace {
  const series: Series = { run: "a", key: "train/loss", points: steps.length, nonFinite: 0, exact: true, steps, times: steps.map((s) => s * 1e6), last, ...more };
  return { id: "a", label: "run a", series, ...trace };
}

describe("exact points", () => {
  const trace = of([1, 2, 3, 4], [2, NaN, Infinity, 1]);

  test("what is not finite is a gap, a mark and a note", () => {
    const drawn = draw(trace, options);
    expect(drawn.raw).toEqual([2, null, null, 1]);
    expect(drawn.marks).toEqual([
      { x: 2, kind: "NaN" },
      { x: 3, kind: "Infinity" },
    ]);
    expect(noteOf([drawn], "step")).toBe("4 points; 2 not finite (marked)");
  });

  test("a log axis leaves out what it cannot show, and says so", () => {
    const drawn = draw(of([0, 1, 2], [3, 0, 1]), { ...options, logY: true });
    expect(drawn.raw).toEqual([3, null, 1]);
    expect(noteOf([drawn], "step")).toContain("1 not above 0");
    const logX = draw(of([0, 1, 2], [3, 0, 1]), { ...options, logX: true });
    expect(logX.x).toEqual([1, 2]);
    expect(noteOf([logX], "step")).toContain("1 not above 0");
  });

  test("smoothing is beside the values, not in their place", () => {
    const drawn = draw(of([1, 2, 3], [0, 10, 0]), { ...options, weight: 0.5 });
    expect(drawn.raw).toEqual([0, 10, 0]);
    expect(drawn.line[1]).not.toBe(10);
  });

  test("superseded attempts and resumes stand where they were measured", () => {
    const ghosts = [{ attempt: 1, steps: [3], times: [3e6], last: [9] }];
    const trace2 = of([1, 2, 3, 4], [4, 3, 2, 1], { ghosts, resumes: [2] });
    expect(draw(trace2, options)).toMatchObject({ ghosts: [], resumes: [2] });
    const shown = draw(trace2, { ...options, ghosts: true });
    expect(shown.ghosts).toEqual([{ attempt: 1, x: [3], y: [9] }]);
    expect(noteOf([shown], "step")).toContain("1 superseded attempt (dashed)");
  });

  test("times that go back are put in order; points of one step are told apart by time", () => {
    expect(draw(of([1, 2, 3], [1, 2, 3], { times: [0, 9e6, 5e6] }, { start: 0 }), { ...options, axis: "relative" })).toMatchObject({ x: [0, 5, 9], raw: [1, 3, 2] });
    const flat = draw(of([0, 0], [1, 2], { times: [0, 5e6] }, { start: 0 }), options);
    expect(flat.x).toEqual([0, 5]);
    expect(noteOf([flat], "step")).toContain("by time, because all points have one step");
  });
});

describe("buckets", () => {
  const steps = Array.from({ length: 1600 }, (_, i) => i * 625 + 624);
  const trace = of(steps, steps.map(() => 0.5), {
    exact: false,
    points: 1_000_000,
    nonFinite: 2,
    min: steps.map(() => 0),
    max: steps.map((_, i) => (i === 700 ? 99 : 1)),
  });

  test("the line is the last value, the band the extremes, and a spike survives", () => {
    const drawn = draw(trace, options);
    expect(drawn.x[1]).toBe(1249);
    expect(drawn.raw[700]).toBe(0.5);
    expect(drawn.high![700]).toBe(99);
    expect(noteOf([drawn], "step")).toBe("showing 1,000,000 points as 1,600 buckets: last value, band from lowest to highest; 2 not finite");
    expect(inWords("train/loss", [drawn])).toContain("highest 99");
  });

  test("some lines may be coarse and others not", () => {
    expect(noteOf([draw(trace, options), draw(of([1], [1]), options)], "step")).toContain("of 1 of 2 lines");
  });
});

test("lines of a chart share one axis: where one has no epochs, all are drawn by step", () => {
  const drawn = drawAll([of([1], [1], { epochs: [0.5] }), of([9], [1])], { ...options, axis: "epoch" });
  expect(drawn.map((d) => [d.axis, d.x[0]])).toEqual([
    ["step", 1],
    ["step", 9],
  ]);
  expect(noteOf(drawn, "epoch")).toContain("by step, because not all points have an epoch");
});

test("a group says what its line and band are", () => {
  const group = draw(of([1, 2], [1, 2], { exact: false, min: [0, 1], max: [2, 3], points: 6 }, { runs: [3, 3] }), options);
  expect(group.buckets).toBeUndefined();
  expect(noteOf([group], "step")).toContain("mean of all matching runs");
});

test("the chart in words", () => {
  expect(inWords("train/loss", [draw(of([1, 4], [2, 1]), options), draw(of([1], [NaN]), options)])).toBe(
    "train/loss. run a: from 2 at step 1 to 1 at step 4, lowest 1, highest 2. run a: no finite values.",
  );
});

test("the nearest point of a line", () => {
  expect([-1, 0, 4, 6, 99].map((x) => nearest([0, 5, 10], x))).toEqual([0, 0, 1, 1, 2]);
  expect(nearest([], 1)).toBe(-1);
});
