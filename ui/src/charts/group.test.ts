import { expect, test } from "vitest";
import { meanOf } from "./group";
import type { Series } from "./series";

const of = (steps: number[], last: (number | null)[]): Series => ({ run: "a", key: "k", points: steps.length, nonFinite: 0, exact: true, steps, times: steps, last });

test("mean and deviation over the runs that have a value at a step, with n", () => {
  const { series, runs } = meanOf([of([1, 2, 3], [1, 2, NaN]), of([1, 2], [3, 6])]);
  expect(series.steps).toEqual([1, 2, 3]);
  expect(series.last).toEqual([2, 4, null]);
  expect(runs).toEqual([2, 2, 0]);
  expect(series.max![0]).toBeCloseTo(2 + Math.SQRT2);
  expect(series.min![1]).toBeCloseTo(4 - 2 * Math.SQRT2);
});

test("one run has no deviation", () => {
  const { series } = meanOf([of([1], [5])]);
  expect([series.min, series.last, series.max]).toEqual([[5], [5], [5]]);
});
