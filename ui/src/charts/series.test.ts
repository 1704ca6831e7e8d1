import { describe, expect, test } from "vitest";
import { axisOf, placed, xAtStep } from "./axis";
import { extended, indexAt, type Series, spliced } from "./series";

export function points(steps: number[], last: (number | null)[], more: Partial<Series> = {}): Series {
  return { run: "a", key: "k", points: steps.length, nonFinite: 0, exact: true, steps, times: steps.map((s) => 1e12 + s * 1e6), last, ...more };
}

describe("following", () => {
  const old = points([1, 2], [5, 4]);

  test("new points go behind the known ones; an overlap counts once", () => {
    const next = extended(old, points([2, 3], [4, 3]));
    expect(next.steps).toEqual([1, 2, 3]);
    expect(next.last).toEqual([5, 4, 3]);
    expect(next.points).toBe(3);
    expect(extended(old, points([], [])).steps).toEqual([1, 2]);
  });

  test("points without a step are told apart by time", () => {
    const flat = points([0, 0], [1, 2], { times: [10, 20] });
    expect(extended(flat, points([0, 0], [2, 3], { times: [20, 30] })).last).toEqual([1, 2, 3]);
  });

  test("a reset and buckets replace; an empty answer about buckets changes nothing", () => {
    const buckets = points([10, 20], [1, 2], { exact: false, points: 900 });
    expect(extended(old, { ...buckets, reset: true }).points).toBe(900);
    expect(extended(old, { ...points([], []), reset: true }).steps).toEqual([]);
    expect(extended(buckets, points([], [], { exact: false }))).toMatchObject({ points: 900, steps: [10, 20] });
  });

  test("the last bucket was not full: it comes again and takes its own place", () => {
    const buckets = points([63, 100], [1, 2], { exact: false, points: 101, min: [0, 1], max: [3, 3] });
    const next = extended(buckets, points([127, 130], [4, 5], { exact: false, points: 131, min: [1, 5], max: [6, 5] }));
    expect(next).toMatchObject({ points: 131, steps: [63, 127, 130], last: [1, 4, 5], min: [0, 1, 5], max: [3, 6, 5] });
    // Nothing new in it: the same again.
    expect(extended(buckets, points([100], [2], { exact: false, points: 101, min: [1], max: [3] })).steps).toEqual([63, 100]);
  });

  test("a column that the new part lacks is left out rather than too short", () => {
    expect(extended(points([1], [1], { epochs: [0.5] }), points([2], [2])).epochs).toBeNull();
  });
});

describe("a finer stretch", () => {
  const whole = points([9, 19, 29, 39], [1, 2, 3, 4], { exact: false, points: 40, min: [0, 1, 2, 3], max: [2, 3, 4, 5] });

  test("lies between what is before and after it", () => {
    const mixed = spliced(whole, points([12, 15, 19], [8, 7, 2]));
    expect(mixed.steps).toEqual([9, 12, 15, 19, 29, 39]);
    expect(mixed.last).toEqual([1, 8, 7, 2, 3, 4]);
    expect(mixed.max).toEqual([2, 8, 7, 2, 4, 5]);
  });

  test("nothing found, or all known anyway: as it was", () => {
    expect(spliced(whole, points([], []))).toBe(whole);
    expect(spliced(points([1], [1]), points([1], [1])).steps).toEqual([1]);
  });
});

test("indexAt finds the first that is not before", () => {
  expect([0, 1, 2, 5].map((s) => indexAt([1, 2, 4], s))).toEqual([0, 0, 1, 3]);
});

describe("axes", () => {
  const train = points([0, 1], [1, 1], { times: [1_000_000_000, 2_000_000_000] });
  const val = points([1], [1], { times: [3_500_000_000] });

  test("relative time has one zero for all metrics of a run, zoomed or not (U-02)", () => {
    const origin = { start: 1_000_000 };
    expect(placed(train, "relative", origin)).toEqual([0, 1000]);
    expect(placed(val, "relative", origin)).toEqual([2500]);
    expect(placed(points([1], [1], { times: [2_000_000_000] }), "relative", origin)).toEqual([1000]);
  });

  test("epoch comes from the points, or from the run's steps of an epoch, or not at all", () => {
    expect(placed(points([5], [1], { epochs: [0.5] }), "epoch", { stepsPerEpoch: 20 })).toEqual([0.5]);
    expect(placed(points([5], [1]), "epoch", { stepsPerEpoch: 20 })).toEqual([0.25]);
    expect(axisOf(points([5], [1]), "epoch", {})).toEqual({ axis: "step", why: "not all points have an epoch" });
  });

  test("device time is drawn only where it is known", () => {
    expect(axisOf(points([5], [1]), "device", {}).axis).toBe("step");
    expect(placed(points([5], [1], { device: [12] }), "device", {})).toEqual([12]);
  });

  test("a step between two points lies between them", () => {
    expect(xAtStep([0, 10], [0, 100], 50)).toBe(5);
    expect(xAtStep([0, 10], [0, 100], 101)).toBeNull();
  });
});
