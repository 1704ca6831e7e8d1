import { deviation, mean } from "d3-array";
import type { Series } from "./series";

/**
 * Mean and deviation of several runs at each step that one of them measured: `last` is the mean, `min` and `max` the mean ∓ the deviation (n − 1) where
 * two or more have a value. Runs of one configuration measure at the same steps, so nothing is drawn between points.
 *
 * @return also how many runs have a finite value at each step
 */
export function meanOf(all: readonly Series[]): { series: Series; runs: number[] } {
  const at = new Map<number, { values: number[]; time: number; epoch: number | null }>();
  for (const one of all) {
    for (const [i, step] of one.steps.entries()) {
      const value = one.last[i];
      let found = at.get(step);
      if (!found) {
        found = { values: [], time: one.times[i]!, epoch: one.epochs?.[i] ?? null };
        at.set(step, found);
      }
      if (value !== null && value !== undefined && Number.isFinite(value)) found.values.push(value);
    }
  }
  const steps = [...at.keys()].sort((a, b) => a - b);
  const columns = steps.map((step) => at.get(step)!);
  const means = columns.map(({ values }) => mean(values) ?? null);
  const spread = columns.map(({ values }) => (values.length > 1 ? (deviation(values) ?? 0) : 0));
  const shifted = (sign: number) => means.map((value, i) => (value === null ? null : value + sign * spread[i]!));
  return {
    series: {
      run: all[0]?.run ?? "",
      key: all[0]?.key ?? "",
      points: all.reduce((sum, one) => sum + one.points, 0),
      nonFinite: all.reduce((sum, one) => sum + one.nonFinite, 0),
      exact: all.every((one) => one.exact),
      steps,
      times: columns.map(({ time }) => time),
      epochs: columns.every(({ epoch }) => epoch !== null) ? columns.map(({ epoch }) => epoch) : null,
      last: means,
      min: shifted(-1),
      max: shifted(1),
    },
    runs: columns.map(({ values }) => values.length),
  };
}
