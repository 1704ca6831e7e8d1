import { expect, test } from "vitest";
import { smooth } from "./smoothing";

test("no weight changes nothing", () => expect(smooth([1, null, 3], 0)).toEqual([1, null, 3]));

test("a constant stays, from the first point on", () => {
  for (const value of smooth([2, 2, 2, 2], 0.9)) expect(value).toBeCloseTo(2, 12);
});

test("the mean weighs by age", () => {
  const [a, b, c] = smooth([0, 1, 1], 0.5);
  expect(a).toBe(0);
  expect(b).toBeCloseTo(2 / 3);
  expect(c).toBeCloseTo(6 / 7);
});

test("gaps stay gaps and do not count", () => {
  const smoothed = smooth([1, null, 3], 0.5);
  expect(smoothed[1]).toBeNull();
  expect(smoothed[2]).toBeCloseTo(smooth([1, 3], 0.5)[1]!);
});
