import { count, number } from "../components/format";
import { atWords, axisOf, type Origin, placed, type XAxis, xAtStep } from "./axis";
import type { Series, Value, Values } from "./series";
import { type Smoothing, smooth } from "./smooth";

/** A line that a chart is asked to draw: one run's metric, or the mean of a group. */
export interface Trace extends Origin {
  /** The run's id, or what the group has in common: its colour hangs on it. */
  id: string;
  label: string;
  series: Series;
  /** Of a group: `last` is the mean over this many runs at each step, `min` and `max` the mean ∓ the deviation. */
  runs?: readonly number[] | undefined;
  /** Of a group whose mean is worked out by another axis than steps: where its points stand. */
  placed?: { axis: XAxis; x: readonly number[] } | undefined;
}

/** A value that no line can show. */
export interface Mark {
  x: number;
  kind: "NaN" | "Infinity" | "-Infinity";
}

export interface DrawOptions {
  axis: XAxis;
  smoothing: Smoothing;
  weight: number;
  ghosts: boolean;
  logX: boolean;
  logY: boolean;
}

/** What is drawn of a trace: columns of equal length, in order of x. */
export interface Drawn {
  id: string;
  label: string;
  x: number[];
  steps: number[];
  /** Equal to `raw` when nothing is smoothed. */
  line: Values;
  raw: Value[];
  /** Lowest and highest of each bucket, or a group's mean ∓ deviation; null when every point is drawn. */
  low: Value[] | null;
  high: Value[] | null;
  marks: Mark[];
  /** x from which a new attempt went on. */
  resumes: number[];
  ghosts: { attempt: number; x: number[]; y: Value[] }[];
  axis: XAxis;
  /** Why it is not drawn by the axis that was asked for. */
  why: string | undefined;
  points: number;
  /** Undefined when every point is drawn. */
  buckets: number | undefined;
  nonFinite: number;
  /** Values that a logarithm cannot show. */
  lost: number;
  group: boolean;
  /** Of a group: how many runs have a value at each x. */
  n: readonly number[] | null;
}

const finite = (value: Value | undefined): Value => (value !== null && value !== undefined && Number.isFinite(value) ? value : null);

/** In order of x: times of two hosts may go back. */
function sorted(drawn: Drawn): Drawn {
  const { x } = drawn;
  let ordered = true;
  for (let i = 1; i < x.length && ordered; i++) ordered = x[i]! >= x[i - 1]!;
  if (ordered) return drawn;
  const order = x.map((_, i) => i).sort((a, b) => x[a]! - x[b]! || a - b);
  const by = <T>(column: ArrayLike<T>) => order.map((i) => column[i]!);
  return {
    ...drawn,
    x: by(x),
    steps: by(drawn.steps),
    line: by(drawn.line),
    raw: by(drawn.raw),
    low: drawn.low && by(drawn.low),
    high: drawn.high && by(drawn.high),
    n: drawn.n && by(drawn.n),
  };
}

/** All lines of a chart. They share one axis: where one of them cannot be drawn by the wanted one, all are drawn by step. */
export function drawAll(traces: readonly Trace[], options: DrawOptions): Drawn[] {
  const filled = traces.filter(({ series }) => series.steps.length > 0);
  if (options.axis === "step") {
    // Clients that log without a step are told apart by time.
    const oneStep = filled.length > 0 && filled.every(({ series }) => series.steps.length > 1 && series.steps[0] === series.steps.at(-1));
    const by = oneStep ? { axis: "relative" as const, why: "all points have one step" } : { axis: options.axis, why: undefined };
    return traces.map((trace) => draw(trace, by.axis, by.why, options));
  }
  const fallen = filled.map((trace) => (trace.placed?.axis === options.axis ? { axis: options.axis } : axisOf(trace.series, options.axis, trace))).find((found) => found.axis !== options.axis);
  return traces.map((trace) => draw(trace, fallen?.axis ?? options.axis, fallen?.why, options));
}

interface Columns {
  raw: Value[];
  low: Value[] | null;
  high: Value[] | null;
  x: Map<string, number[]>;
}

/** What of a series stays as it is however it is smoothed, and by its identity tells charts what they have drawn already. */
const prepared = new WeakMap<Series, Columns>();

function columnsOf(series: Series): Columns {
  let found = prepared.get(series);
  if (!found) {
    found = { raw: series.last.map(finite), low: series.min?.map(finite) ?? null, high: series.max?.map(finite) ?? null, x: new Map() };
    prepared.set(series, found);
  }
  return found;
}

function xOf(series: Series, axis: XAxis, origin: Origin): number[] {
  const { x } = columnsOf(series);
  const key = `${axis} ${origin.start ?? ""} ${origin.stepsPerEpoch ?? ""}`;
  const found = x.get(key) ?? placed(series, axis, origin);
  x.set(key, found);
  return found;
}

function draw(trace: Trace, axis: XAxis, why: string | undefined, options: DrawOptions): Drawn {
  const { series } = trace;
  const by = trace.placed?.axis === axis ? trace.placed.x : undefined;
  const x = by ? [...by] : xOf(series, axis, trace);
  const { raw, low, high } = columnsOf(series);
  const marks: Mark[] = [];
  for (let i = 0; i < raw.length; i++) {
    const value = series.last[i];
    if (raw[i] === null && value !== null && value !== undefined) marks.push({ x: x[i]!, kind: String(value) as Mark["kind"] });
  }
  const drawn: Drawn = {
    id: trace.id,
    label: trace.label,
    x,
    steps: series.steps,
    raw,
    line: smooth(options.smoothing, by ?? series.steps, raw, options.weight),
    low,
    high,
    marks,
    resumes: (series.resumes ?? []).map((step) => xAtStep(x, series.steps, step)).filter((at) => at !== null),
    ghosts: options.ghosts
      ? (series.ghosts ?? []).map((ghost) => ({ attempt: ghost.attempt, x: placed(ghost, axis === "device" ? "step" : axis, trace), y: ghost.last.map(finite) }))
      : [],
    axis,
    why,
    points: series.points,
    buckets: series.exact || trace.runs ? undefined : series.steps.length,
    nonFinite: Math.max(series.nonFinite, marks.length),
    lost: 0,
    group: trace.runs !== undefined,
    n: trace.runs ?? null,
  };
  return logged(sorted(drawn), options);
}

function logged(drawn: Drawn, { logX, logY }: DrawOptions): Drawn {
  if (!logX && !logY) return drawn;
  const shown = logX ? drawn.x.map((x) => x > 0) : null;
  const keep = <T>(column: ArrayLike<T>) => (shown ? Array.from(column).filter((_, i) => shown[i]) : Array.from(column));
  const above = logY ? (value: Value) => (value !== null && value > 0 ? value : null) : (value: Value) => value;
  const raw = keep(drawn.raw).map(above);
  const before = drawn.raw.reduce<number>((n, value) => n + Number(value !== null), 0);
  return {
    ...drawn,
    x: keep(drawn.x),
    steps: keep(drawn.steps),
    raw,
    line: keep(drawn.line).map(above),
    // A band that reaches below zero ends where its line does.
    low: drawn.low && keep(drawn.low).map((value, i) => above(value) ?? raw[i]!),
    high: drawn.high && keep(drawn.high).map(above),
    n: drawn.n && keep(drawn.n),
    marks: logX ? drawn.marks.filter((mark) => mark.x > 0) : drawn.marks,
    resumes: logX ? drawn.resumes.filter((at) => at > 0) : drawn.resumes,
    ghosts: drawn.ghosts.map((ghost) => ({ ...ghost, y: ghost.y.map((value, i) => (logX && ghost.x[i]! <= 0 ? null : above(value))) })),
    lost: before - raw.reduce<number>((n, value) => n + Number(value !== null), 0),
  };
}

/** What the eye would not know: buckets, values that no line shows, another axis than asked for. */
export function noteOf(drawn: readonly Drawn[], wanted: XAxis): string {
  const sum = (of: (d: Drawn) => number) => drawn.reduce((total, d) => total + of(d), 0);
  const coarse = drawn.filter((d) => d.buckets !== undefined);
  const points = sum((d) => d.points);
  const said: string[] = [];
  if (coarse.length > 0) {
    const buckets = coarse.reduce((total, d) => total + d.buckets!, 0);
    const rest = drawn.length > coarse.length ? ` of ${coarse.length} of ${drawn.length} lines` : "";
    said.push(`showing ${count(coarse.reduce((total, d) => total + d.points, 0))} points${rest} as ${count(buckets)} buckets: last value, band from lowest to highest`);
  } else if (drawn.some((d) => d.group)) said.push(`mean of all matching runs${wanted === "step" ? " at each step" : ", of each its last value up to there"}, band one standard deviation`);
  else said.push(`${count(points)} ${points === 1 ? "point" : "points"}`);
  const bad = sum((d) => d.nonFinite);
  if (bad > 0) said.push(`${count(bad)} not finite${drawn.some((d) => d.marks.length > 0) ? " (marked)" : ""}`);
  const lost = sum((d) => d.lost);
  if (lost > 0) said.push(`${count(lost)} not above 0 cannot be drawn on a log axis`);
  for (const d of drawn.filter((other) => other.axis !== wanted && other.why).slice(0, 1)) said.push(`by ${d.axis === "step" ? "step" : "time"}, because ${d.why}`);
  const resumed = sum((d) => d.resumes.length);
  if (resumed > 0) said.push(`${count(resumed)} ${resumed === 1 ? "resume" : "resumes"} (dotted uprights)`);
  const ghosts = sum((d) => d.ghosts.length);
  if (ghosts > 0) said.push(`${count(ghosts)} superseded ${ghosts === 1 ? "attempt" : "attempts"} (dashed)`);
  return said.join("; ");
}

/** The step of a point; of a mean by another axis there is none. */
export const stepAt = (d: Drawn, i: number): number | undefined => (d.group && d.axis !== "step" ? undefined : d.steps[i]);

const where = (d: Drawn, i: number) => {
  const step = stepAt(d, i);
  return step === undefined ? atWords(d.axis, d.x[i]!, undefined) : `step ${count(step)}`;
};

/** The chart in words, for those who do not see it. */
export function inWords(title: string, drawn: readonly Drawn[], say: (value: Value) => string = number): string {
  const lines = drawn.slice(0, 10).map((d) => {
    let first = -1;
    let last = -1;
    let low = Infinity;
    let high = -Infinity;
    for (const [i, value] of d.raw.entries()) {
      if (value === null) continue;
      if (first < 0) first = i;
      last = i;
      low = Math.min(low, d.low?.[i] ?? value);
      high = Math.max(high, d.high?.[i] ?? value);
    }
    if (first < 0) return `${d.label}: no finite values`;
    return `${d.label}: from ${say(d.raw[first]!)} at ${where(d, first)} to ${say(d.raw[last]!)} at ${where(d, last)}, lowest ${say(low)}, highest ${say(high)}`;
  });
  const more = drawn.length > lines.length ? `; and ${drawn.length - lines.length} more` : "";
  return `${title}. ${lines.join(". ")}${more}.`;
}

/** Index of the point of a line that is nearest to x, or -1. */
export function nearest(xs: readonly number[], x: number): number {
  if (xs.length === 0) return -1;
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && x - xs[low - 1]! <= xs[low]! - x ? low - 1 : low;
}
