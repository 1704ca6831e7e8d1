import type { GhostSeries, SeriesView } from "../api/series";

/** A number that a line can go through; null is a gap. NaN and infinities have been told apart before. */
export type Value = number | null;
/** A column to read. */
export type Values = readonly Value[] | Float64Array;

export type Ghost = GhostSeries;
export type Series = SeriesView;

function tail<T>(old: readonly T[] | null | undefined, fresh: readonly T[] | null | undefined, length: number): T[] | null {
  return old?.length === length && fresh ? [...old, ...fresh] : null;
}

/**
 * Puts what came behind what is known. Of buckets the first one that comes is the last known one, which was not full, and takes its place. Of
 * points, steps at or before the last known one are left out unless times tell them apart.
 */
export function extended(old: Series | undefined, fresh: Series): Series {
  if (!old || fresh.reset) return fresh;
  if (!old.exact && !fresh.exact && fresh.steps.length > 0) return appended(shortened(old), { ...fresh, points: Math.max(old.points, fresh.points) });
  return appended(old, fresh);
}

/** Without its last column. */
function shortened(old: Series): Series {
  const cut = <T>(column: readonly T[] | null | undefined) => column?.slice(0, -1) ?? null;
  return { ...old, steps: cut(old.steps)!, times: cut(old.times)!, last: cut(old.last)!, epochs: cut(old.epochs), device: cut(old.device), min: cut(old.min), max: cut(old.max) };
}

function appended(old: Series, fresh: Series): Series {
  const last = old.steps.at(-1);
  const time = old.times.at(-1) ?? 0;
  const first = last === undefined ? 0 : fresh.steps.findIndex((step, i) => step > last || (step === last && fresh.times[i]! > time));
  const resumes = fresh.resumes ?? old.resumes ?? null;
  const ghosts = fresh.ghosts ?? old.ghosts ?? null;
  if (first < 0 || fresh.steps.length === 0) return { ...old, resumes, ghosts };
  const cut = <T>(column: readonly T[] | null | undefined) => column?.slice(first);
  const size = old.steps.length;
  const exact = old.exact && fresh.exact;
  return {
    ...old,
    exact,
    points: exact ? Math.max(fresh.points, old.points + fresh.steps.length - first) : Math.max(fresh.points, old.points),
    nonFinite: Math.max(fresh.nonFinite, old.nonFinite),
    steps: [...old.steps, ...cut(fresh.steps)!],
    times: [...old.times, ...cut(fresh.times)!],
    last: [...old.last, ...cut(fresh.last)!],
    min: exact ? null : tail(old.min ?? old.last, cut(fresh.min ?? fresh.last), size),
    max: exact ? null : tail(old.max ?? old.last, cut(fresh.max ?? fresh.last), size),
    epochs: tail(old.epochs, cut(fresh.epochs), size),
    device: tail(old.device, cut(fresh.device), size),
    resumes,
    ghosts,
  };
}

/** First index whose step is at least `step`. */
export function indexAt(steps: readonly number[], step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The whole series with one stretch in finer grain: what a zoom asked for lies between what is known before and after it, so that what is
 * computed along the curve (smoothing, time since the start) does not begin anew at its edge.
 */
export function spliced(whole: Series, fine: Series): Series {
  const from = fine.steps[0];
  const to = fine.steps.at(-1);
  if (from === undefined || to === undefined || whole.exact) return whole;
  const before = indexAt(whole.steps, from);
  const after = indexAt(whole.steps, to + 1);
  const mix = <T>(old: readonly T[], part: readonly T[]): T[] => [...old.slice(0, before), ...part, ...old.slice(after)];
  const mixed = <T>(old: readonly T[] | null | undefined, part: readonly T[] | null | undefined) => (old && part ? mix(old, part) : null);
  return {
    ...whole,
    steps: mix(whole.steps, fine.steps),
    times: mix(whole.times, fine.times),
    last: mix(whole.last, fine.last),
    min: mix(whole.min ?? whole.last, fine.min ?? fine.last),
    max: mix(whole.max ?? whole.last, fine.max ?? fine.last),
    epochs: mixed(whole.epochs, fine.epochs),
    device: mixed(whole.device, fine.device),
  };
}
