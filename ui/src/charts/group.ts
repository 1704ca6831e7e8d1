import { deviation, mean } from "d3-array";
import { axisOf, type Origin, placed, type XAxis } from "./axis";
import type { Series } from "./series";
import type { Trace } from "./trace";

/** One run of a group, and what places its points. */
export interface Member {
  series: Series;
  origin: Origin;
}

/** What a trace has of a group's mean. */
export type Mean = Pick<Trace, "series" | "runs" | "placed">;

interface Place {
  at: number;
  step: number;
  values: number[];
}

/**
 * Mean and deviation of several runs: `last` is the mean, `min` and `max` the mean ∓ the deviation (n − 1) where two or more have a value.
 * By steps it is over the runs that measured at each one: runs of one configuration measure at the same steps, so nothing is drawn between
 * points. By another axis they measure at different places, so each run's last value counts until its next, and behind its last one it is gone.
 * By the wall clock there is none: what ran together by chance is no group.
 *
 * @param axis one that all of the chart can be placed by: {@link common}
 * @return also how many runs have a finite value at each point
 */
export function meanOf(all: readonly Member[], axis: XAxis): Mean {
  if (axis === "wall") return asMean(all, []);
  if (axis === "step") return asMean(all, atSteps(all));
  const places = carried(all, axis);
  return { ...asMean(all, places), placed: { axis, x: places.map((place) => place.at) } };
}

/** The axis that all of these can be placed by: the wanted one, or steps. Lines of one chart are all by the same. */
export function common(all: readonly Member[], wanted: XAxis): XAxis {
  return all.some(({ series, origin }) => axisOf(series, wanted, origin).axis !== wanted) ? "step" : wanted;
}

const isFinite = (value: number | null | undefined): value is number => value !== null && value !== undefined && Number.isFinite(value);

function atSteps(all: readonly Member[]): Place[] {
  const at = new Map<number, Place>();
  for (const { series } of all) {
    for (const [i, step] of series.steps.entries()) {
      let found = at.get(step);
      if (!found) {
        found = { at: step, step, values: [] };
        at.set(step, found);
      }
      const value = series.last[i];
      if (isFinite(value)) found.values.push(value);
    }
  }
  return [...at.values()].sort((a, b) => a.step - b.step);
}

function carried(all: readonly Member[], axis: XAxis): Place[] {
  const points = all.flatMap(({ series, origin }, run) => placed(series, axis, origin).map((at, i) => ({ at, run, step: series.steps[i]!, value: series.last[i] })));
  points.sort((a, b) => a.at - b.at || a.step - b.step);
  // Not its last by steps: where two hosts' clocks differ, time goes back once.
  const final = new Map(points.map(({ run }, i) => [run, i]));
  const now = new Map<number, number>();
  const found: Place[] = [];
  let step = 0;
  for (let i = 0; i < points.length; ) {
    const at = points[i]!.at;
    const gone: number[] = [];
    for (; i < points.length && points[i]!.at === at; i++) {
      const point = points[i]!;
      step = Math.max(step, point.step);
      if (isFinite(point.value)) now.set(point.run, point.value);
      else now.delete(point.run);
      if (final.get(point.run) === i) gone.push(point.run);
    }
    found.push({ at, step, values: [...now.values()] });
    for (const run of gone) now.delete(run);
  }
  return found;
}

function asMean(all: readonly Member[], places: readonly Place[]): Mean {
  const means = places.map(({ values }) => mean(values) ?? null);
  const spread = places.map(({ values }) => (values.length > 1 ? (deviation(values) ?? 0) : 0));
  const shifted = (sign: number) => means.map((value, i) => (value === null ? null : value + sign * spread[i]!));
  return {
    series: {
      run: all[0]?.series.run ?? "",
      key: all[0]?.series.key ?? "",
      points: all.reduce((sum, { series }) => sum + series.points, 0),
      nonFinite: all.reduce((sum, { series }) => sum + series.nonFinite, 0),
      exact: all.every(({ series }) => series.exact),
      steps: places.map(({ step }) => step),
      times: places.map(() => 0),
      last: means,
      min: shifted(-1),
      max: shifted(1),
    },
    runs: places.map(({ values }) => values.length),
  };
}
