import { expect, test } from "vitest";
import { common, meanOf, type Member } from "./group";

const of = (steps: number[], last: (number | null)[], more: Partial<Member["series"]> = {}, origin: Member["origin"] = {}): Member => ({
  series: { run: "a", key: "k", points: steps.length, nonFinite: 0, exact: true, steps, times: steps.map((step) => step * 1e6), last, ...more },
  origin,
});

test("mean and deviation over the runs that have a value at a step, with n", () => {
  const { series, runs } = meanOf([of([1, 2, 3], [1, 2, NaN]), of([1, 2], [3, 6])], "step");
  expect(series.steps).toEqual([1, 2, 3]);
  expect(series.last).toEqual([2, 4, null]);
  expect(runs).toEqual([2, 2, 0]);
  expect(series.max![0]).toBeCloseTo(2 + Math.SQRT2);
  expect(series.min![1]).toBeCloseTo(4 - 2 * Math.SQRT2);
});

test("one run has no deviation", () => {
  const { series } = meanOf([of([1], [5])], "step");
  expect([series.min, series.last, series.max]).toEqual([[5], [5], [5]]);
});

test("by time each run's last value counts until its next, from its own start, and behind its last it is gone", () => {
  const mean = meanOf([of([0, 12, 20], [1, 2, 3], {}, { start: 0 }), of([100, 116], [5, 9], {}, { start: 100_000 })], "relative");
  expect(mean.placed).toEqual({ axis: "relative", x: [0, 12, 16, 20] });
  expect(mean.series.last).toEqual([3, 3.5, 5.5, 3]);
  expect(mean.runs).toEqual([2, 2, 2, 1]);
});

test("by epochs runs of different batch sizes meet, a value that is not finite ends what counted", () => {
  const mean = meanOf([of([0, 10, 20], [1, 2, NaN], {}, { stepsPerEpoch: 10 }), of([0, 40], [5, 9], {}, { stepsPerEpoch: 20 })], "epoch");
  expect(mean.placed?.x).toEqual([0, 1, 2]);
  expect(mean.series.last).toEqual([3, 3.5, 9]);
  expect(mean.runs).toEqual([2, 2, 1]);
});

test("where a run cannot be placed the mean is by steps, and by the wall clock there is none", () => {
  const runs = [of([0, 1], [1, 2], { device: [0, 4] }), of([0, 1], [3, 4])];
  expect(common(runs, "device")).toBe("step");
  expect(common(runs.slice(0, 1), "device")).toBe("device");
  expect(meanOf(runs, "step")).toMatchObject({ series: { steps: [0, 1], last: [2, 3] } });
  expect(meanOf(runs, "wall").series.steps).toEqual([]);
});

test("a run whose clock goes back is gone behind its latest point, not the one of its last step", () => {
  const mean = meanOf([of([0, 10, 20], [1, 2, 3], { times: [0, 50e6, 40e6] }, { start: 0 }), of([0, 60], [5, 9], {}, { start: 0 })], "relative");
  expect(mean.placed?.x).toEqual([0, 40, 50, 60]);
  expect(mean.runs).toEqual([2, 2, 2, 1]);
});
