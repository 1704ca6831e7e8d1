import type { Bucket, History, Point } from "../../api/types";
import { count, number } from "../../components/format";
import { smooth } from "./smoothing";
import type { XAxis } from "./view";

type Value = number | null;

/** A value that no line can show. */
export interface Mark {
  x: number;
  kind: "NaN" | "Infinity" | "-Infinity" | "not finite";
}

/** What is drawn, as columns of equal length; null is a gap. */
export interface Curve {
  x: number[];
  /** Step at each x, for zooming by step whatever the axis is. */
  steps: number[];
  raw: Value[];
  /** Equal to `raw` when nothing is smoothed. */
  line: Value[];
  /** Lowest and highest value of each bucket; empty when every point is shown. */
  low: Value[];
  high: Value[];
  marks: Mark[];
  ghosts: { attempt: number; x: number[]; y: Value[] }[];
  /** How the axis really is: buckets have neither epoch nor time of their own. */
  axis: XAxis;
  note: string;
}

export interface CurveOptions {
  axis: XAxis;
  smoothing: number;
  ghosts: boolean;
  logY: boolean;
  /** Steps of an epoch, where the run says so. */
  stepsPerEpoch: number | undefined;
}

/** Milliseconds since 1970 of a point's time: ISO text, or microseconds. */
export function millis(time: string | number): number {
  return typeof time === "number" ? time / 1000 : Date.parse(time);
}

export function buildCurve(history: History, options: CurveOptions): Curve {
  const exact = history.exact || !history.buckets;
  const curve = exact ? ofPoints(history, history.points ?? [], options) : ofBuckets(history, history.buckets ?? [], options);
  if (!options.logY) return curve;
  const positive = (v: Value) => (v !== null && v > 0 ? v : null);
  const dropped = curve.raw.filter((v) => v !== null && v <= 0).length;
  return {
    ...curve,
    raw: curve.raw.map(positive),
    line: curve.line.map(positive),
    low: curve.low.map(positive),
    high: curve.high.map(positive),
    ghosts: curve.ghosts.map((ghost) => ({ ...ghost, y: ghost.y.map(positive) })),
    note: dropped > 0 ? `${curve.note}; ${count(dropped)} not above 0 cannot be drawn on a log axis` : curve.note,
  };
}

function placed(points: readonly Point[], options: CurveOptions, origin: number): number[] {
  const { axis, stepsPerEpoch } = options;
  if (axis === "time") return points.map((point) => (millis(point.time) - origin) / 1000);
  if (axis === "epoch") return points.map((point) => point.epoch ?? point.step / (stepsPerEpoch ?? 1));
  return points.map((point) => point.step);
}

const finite = (value: number): Value => (Number.isFinite(value) ? value : null);

function ofPoints(history: History, points: readonly Point[], options: CurveOptions): Curve {
  const axis = options.axis === "epoch" && !options.stepsPerEpoch && points.some((point) => point.epoch == null) ? "step" : options.axis;
  const by = { ...options, axis };
  const origin = points[0] ? millis(points[0].time) : 0;
  const x = placed(points, by, origin);
  const raw = points.map((point) => finite(point.value));
  const marks: Mark[] = [];
  for (const [i, point] of points.entries()) {
    if (!Number.isFinite(point.value)) marks.push({ x: x[i]!, kind: String(point.value) as Mark["kind"] });
  }
  const ghosts = options.ghosts ? (history.ghosts ?? []) : [];
  return {
    x,
    steps: points.map((point) => point.step),
    raw,
    line: smooth(raw, options.smoothing),
    low: [],
    high: [],
    marks,
    ghosts: ghosts.map((ghost) => ({
      attempt: ghost.attempt,
      x: placed(ghost.points, by, origin),
      y: ghost.points.map((point) => finite(point.value)),
    })),
    axis,
    note: `${count(points.length)} ${points.length === 1 ? "point" : "points"}${badly(marks.length)}`,
  };
}

function ofBuckets(history: History, buckets: readonly Bucket[], options: CurveOptions): Curve {
  const axis = options.axis === "epoch" && options.stepsPerEpoch ? "epoch" : "step";
  const scale = axis === "epoch" ? options.stepsPerEpoch! : 1;
  const x = buckets.map((bucket) => bucket.to / scale);
  const raw = buckets.map((bucket) => (bucket.last === null ? null : finite(bucket.last)));
  const edge = (value: number | null) => (value === null ? null : finite(value));
  const marks: Mark[] = [];
  let bad = 0;
  for (const [i, bucket] of buckets.entries()) {
    bad += bucket.nonFinite;
    if (bucket.nonFinite > 0) marks.push({ x: x[i]!, kind: "not finite" });
  }
  const byStep = { ...options, axis } as const;
  const ghosts = options.ghosts ? (history.ghosts ?? []) : [];
  return {
    x,
    steps: buckets.map((bucket) => bucket.to),
    raw,
    line: smooth(raw, options.smoothing),
    low: buckets.map((bucket) => edge(bucket.min)),
    high: buckets.map((bucket) => edge(bucket.max)),
    marks,
    ghosts: ghosts.map((ghost) => ({
      attempt: ghost.attempt,
      x: placed(ghost.points, byStep, 0),
      y: ghost.points.map((point) => finite(point.value)),
    })),
    axis,
    note: `showing ${count(history.total)} points as ${count(buckets.length)} buckets; the band is lowest to highest${badly(bad)}`,
  };
}

function badly(n: number): string {
  return n === 0 ? "" : `; ${count(n)} not finite (marked)`;
}

/** The curve in one sentence, for those who do not see it. */
export function describe(key: string, curve: Curve): string {
  const seen = curve.raw.map((value, i) => ({ value, step: curve.steps[i]! })).filter((p): p is { value: number; step: number } => p.value !== null);
  const first = seen[0];
  const last = seen.at(-1);
  if (!first || !last) return `${key}: no finite values. ${curve.note}`;
  const lows = curve.low.length ? curve.low : curve.raw;
  const highs = curve.high.length ? curve.high : curve.raw;
  let low = Infinity;
  let high = -Infinity;
  for (const v of lows) if (v !== null && v < low) low = v;
  for (const v of highs) if (v !== null && v > high) high = v;
  return (
    `${key}: from ${number(first.value)} at step ${count(first.step)} to ${number(last.value)} at step ${count(last.step)}, ` +
    `lowest ${number(low)}, highest ${number(high)}; ${curve.note}.`
  );
}

/** Puts newly logged points behind the known ones; null when they do not simply follow and all must be read again. */
export function append(old: History, fresh: History): History | null {
  if (!old.exact || !fresh.exact || !old.points) return null;
  const points = fresh.points ?? [];
  if (points.length === 0) return old;
  const last = old.points.at(-1);
  const first = points[0]!;
  if (last && (first.step <= last.step || first.attempt !== last.attempt)) return null;
  return { ...old, total: old.total + points.length, points: [...old.points, ...points] };
}
