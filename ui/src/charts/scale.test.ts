import { describe, expect, test } from "vitest";
import { durationTicks, extent, outside, robust, tickValues, xExtent, xLabels } from "./scale";
import type { Drawn } from "./trace";

function drawn(x: number[], raw: (number | null)[], more: Partial<Drawn> = {}): Drawn {
  return { id: "a", label: "a", x, steps: x, raw, line: raw, low: null, high: null, marks: [], resumes: [], ghosts: [], axis: "step", why: undefined, points: x.length, buckets: undefined, nonFinite: 0, lost: 0, group: false, n: null, ...more };
}
const many = Array.from({ length: 100 }, (_, i) => i);

describe("outliers", () => {
  test("do not set the scale when they are to be left out, and are counted", () => {
    const line = drawn(many, many.map((i) => (i === 3 ? 1e6 : i / 100)));
    const y = robust([line], undefined)!;
    expect(y[1]).toBeLessThan(2);
    expect(outside([line], y)).toBeGreaterThanOrEqual(1);
  });

  test("nothing worth leaving out, or too little to tell", () => {
    expect(robust([drawn(many, many)], undefined)).toBeNull();
    expect(robust([drawn([1, 2], [1, 100])], undefined)).toBeNull();
  });
});

describe("ranges", () => {
  test("take in bands and ghosts, within x", () => {
    const d = drawn([0, 10], [1, 2], { low: [-1, 1], high: [3, 9], ghosts: [{ attempt: 1, x: [0], y: [5] }] });
    expect(extent([d], undefined, false)[1]).toBeGreaterThan(9);
    expect(extent([d], [0, 5], false)[1]).toBeLessThan(6);
  });

  test("one value, or none, still has a place", () => {
    expect(extent([drawn([1], [5])], undefined, false)).toEqual([4.5, 5.5]);
    expect(extent([drawn([1], [0])], undefined, false)).toEqual([-0.1, 0.1]);
    expect(extent([], undefined, true)).toEqual([1, 10]);
    expect(xExtent([drawn([7], [1])])).toEqual([6.5, 7.5]);
  });
});

describe("ticks", () => {
  test("are round, and decades where the logarithm spans many", () => {
    expect(tickValues([0, 10], false, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(tickValues([1e-5, 1], true, 5)).toEqual([1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]);
  });

  test("durations are counted as people count them", () => {
    expect(durationTicks([0, 3600], 4)).toEqual([0, 900, 1800, 2700, 3600]);
    expect(xLabels("relative", [0, 900, 5400, 90_000])).toEqual(["0", "15m", "1h 30m", "1d 1h"]);
    expect(xLabels("device", [0.5])).toEqual(["0.5s"]);
  });
});
