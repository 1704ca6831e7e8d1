import type { components } from "./schema";
import type { Json } from "./types";

/** An older attempt's points beyond the step from which a newer one went on. */
export interface GhostSeries {
  attempt: number;
  steps: number[];
  epochs?: (number | null)[] | null;
  times: number[];
  last: (number | null)[];
}

/**
 * One metric of one run as columns of equal length, in order of steps: every point where there are few, else buckets.
 * A bucket stands at its last step; `last` is its last value, `min` and `max` its extremes.
 */
export interface SeriesView {
  run: string;
  key: string;
  /** Points that the columns stand for. */
  points: number;
  nonFinite: number;
  exact: boolean;
  steps: number[];
  epochs?: (number | null)[] | null;
  /** Microseconds since 1970. */
  times: number[];
  last: (number | null)[];
  min?: (number | null)[] | null;
  max?: (number | null)[] | null;
  /** Seconds of training, waits left out. */
  device?: (number | null)[] | null;
  /** Steps from which a new attempt went on. */
  resumes?: number[] | null;
  ghosts?: GhostSeries[] | null;
  /** These are all, not only what came since. */
  reset?: boolean | null;
}

export interface SeriesAsked {
  series: { run: string; key: string }[];
  from?: number;
  to?: number;
  buckets: number;
  since?: string;
  ghosts?: boolean;
}

type Schemas = components["schemas"];

/** Mean curves of groups of the runs that match, of one metric. */
export type BandsAsk = Schemas["BandsAsk"] & { by: string[]; key: string };

/** Columns, an entry for each stretch of the axis in which a run of the group has a finite value; of each run its last there counts. */
export type Band = Required<Omit<Schemas["Band"], "by" | "std" | "x">> & { by: Record<string, Json>; std: (number | null)[]; x?: number[] | null };

/** The groups with the most runs; `more`: there are further ones. */
export interface BandsAnswer {
  groups: Band[];
  more: boolean;
}

export interface SeriesAnswer {
  series: SeriesView[];
  cursor: string | null;
}
