import { describe, expect, test } from "vitest";
import type { History, Point } from "../../api/types";
import { append, buildCurve, type CurveOptions, describe as tell } from "./curve";

const point = (step: number, value: number, attempt = 1): Point => ({ step, epoch: step / 10, value, time: new Date(step * 1000).toISOString(), attempt });
const exact = (points: Point[]): History => ({ key: "train/loss", total: points.length, exact: true, points });
const options: CurveOptions = { axis: "step", smoothing: 0, ghosts: false, logY: false, stepsPerEpoch: 10 };

describe("exact points", () => {
  const history = exact([point(1, 2), point(2, NaN), point(3, Infinity), point(4, 1)]);

  test("what is not finite is a gap and a mark", () => {
    const curve = buildCurve(history, options);
    expect(curve.raw).toEqual([2, null, null, 1]);
    expect(curve.marks).toEqual([
      { x: 2, kind: "NaN" },
      { x: 3, kind: "Infinity" },
    ]);
    expect(curve.note).toBe("4 points; 2 not finite (marked)");
  });

  test("x is step, epoch, or seconds since the first point", () => {
    expect(buildCurve(history, { ...options, axis: "epoch" }).x).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(buildCurve(history, { ...options, axis: "time" }).x).toEqual([0, 1, 2, 3]);
  });

  test("a log axis leaves out what it cannot show, and says so", () => {
    const curve = buildCurve(exact([point(1, 0), point(2, 1)]), { ...options, logY: true });
    expect(curve.raw).toEqual([null, 1]);
    expect(curve.note).toContain("1 not above 0");
  });

  test("a superseded attempt is drawn where it was measured, if asked", () => {
    const ghosts = [{ attempt: 1, points: [point(3, 9)] }];
    expect(buildCurve({ ...history, ghosts }, options).ghosts).toEqual([]);
    expect(buildCurve({ ...history, ghosts }, { ...options, ghosts: true }).ghosts).toEqual([{ attempt: 1, x: [3], y: [9] }]);
  });

  test("the summary in words", () => {
    expect(tell("train/loss", buildCurve(history, options))).toBe(
      "train/loss: from 2 at step 1 to 1 at step 4, lowest 1, highest 2; 4 points; 2 not finite (marked).",
    );
    expect(tell("a", buildCurve(exact([point(1, NaN)]), options))).toContain("no finite values");
  });
});

describe("buckets", () => {
  const buckets = Array.from({ length: 1600 }, (_, i) => ({
    from: i * 625,
    to: i * 625 + 624,
    min: 0,
    max: i === 700 ? 99 : 1,
    first: 0.5,
    last: 0.5,
    count: 625,
    nonFinite: i === 3 ? 2 : 0,
  }));
  const history: History = { key: "k", total: 1_000_000, exact: false, buckets };

  test("the line is the last value, the band the extremes, and a spike survives", () => {
    const curve = buildCurve(history, options);
    expect(curve.x[1]).toBe(1249);
    expect(curve.raw[700]).toBe(0.5);
    expect(curve.high[700]).toBe(99);
    expect(curve.low[700]).toBe(0);
    expect(curve.marks).toEqual([{ x: 2499, kind: "not finite" }]);
    expect(curve.note).toMatch(/^showing 1,000,000 points as 1,600 buckets/);
  });

  test("time is not kept in buckets: the axis falls back to step", () => {
    expect(buildCurve(history, { ...options, axis: "time" }).axis).toBe("step");
    expect(buildCurve(history, { ...options, axis: "epoch" }).axis).toBe("epoch");
    expect(buildCurve(history, { ...options, axis: "epoch", stepsPerEpoch: undefined }).axis).toBe("step");
  });

  test("a bucket of nothing finite is a gap", () => {
    const empty = { ...buckets[0]!, min: null, max: null, first: NaN, last: NaN, nonFinite: 625 };
    const curve = buildCurve({ ...history, buckets: [empty] }, options);
    expect([curve.raw, curve.low, curve.high]).toEqual([[null], [null], [null]]);
  });
});

describe("following a run", () => {
  const old = exact([point(1, 2), point(2, 1.5)]);

  test("new points go behind the old ones", () => {
    expect(append(old, exact([point(3, 1)]))).toMatchObject({ total: 3, points: [{ step: 1 }, { step: 2 }, { step: 3 }] });
    expect(append(old, exact([]))).toBe(old);
  });

  test("another attempt, an older step or buckets ask for the whole", () => {
    expect(append(old, exact([point(3, 1, 2)]))).toBeNull();
    expect(append(old, exact([point(2, 1)]))).toBeNull();
    expect(append(old, { key: "k", total: 9, exact: false, buckets: [] })).toBeNull();
  });
});
