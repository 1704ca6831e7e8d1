import { scaleLinear, scaleLog } from "d3-scale";
import type { Json, RunView } from "../../api/types";
import { number, value } from "../../components/format";
import { quoted } from "../../components/filterText";
import { paramOf } from "../../components/origin";
import type { Brush, MetricValue } from "./view";

/** One thing that runs differ in, or the result, laid out along a line from 0 to 1. */
export interface PlotAxis {
  id: string;
  title: string;
  log: boolean;
  /** Whether a logarithm can be asked for: all values are numbers above 0. */
  canLog: boolean;
  /** Where a run lies, 0 to 1; null when it has no place. */
  at: (run: RunView) => number | null;
  /** What a filter of runs says of a stretch of it; null: all of it. */
  filter: (low: number, high: number) => string | null;
  ticks: { at: number; label: string }[];
}

export const RESULT = "result";
/** As many as one filter may name. */
const VALUES = 500;

/**
 * The value of a metric that counts, the same in table and plots (U-01); null when there is none that is finite. A metric without a direction
 * has no best: its last value stands for it.
 */
export function resultOf(run: RunView, metric: string, which: MetricValue): number | null {
  const summary = run.summary[metric];
  const found = which === "best" ? (summary?.best ?? summary?.last) : summary?.last;
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

/** Whether small or large is better: as the metric is defined, else as the sweep says; null where nobody says it (R-04). */
export function goalOf(runs: readonly RunView[], metric: string, said: string | undefined): "max" | "min" | null {
  const defined = runs.map((run) => run.summary[metric]?.goal).find(Boolean);
  return (defined?.toLowerCase() as "max" | "min" | undefined) ?? (said === "min" || said === "max" ? said : null);
}

/** The best is one that came to its end, as for the table and the command line: what came before a stop counts for nothing. */
export const counts = (run: RunView) => run.state === "FINISHED";

/** Parameters in which the runs differ, seeds last. */
export function varying(runs: readonly RunView[]): string[] {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.params)))];
  const differ = names.filter((name) => new Set(runs.map((run) => value(paramOf(run, name)))).size > 1);
  return differ.sort((a, b) => Number(a === "seed") - Number(b === "seed") || a.localeCompare(b));
}

/** A field as a filter has it: what is no plain word stands between backticks. */
const fieldOf = (name: string) => (/^[\p{L}\p{N}_./:@-]+$/u.test(name) ? name : `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``);

const literal = (v: Json) => (typeof v === "number" || typeof v === "boolean" ? String(v) : quoted(typeof v === "string" ? v : JSON.stringify(v)));

const LABEL = 14;
const cut = (text: string) => (text.length > LABEL ? `${text.slice(0, LABEL - 1)}…` : text);

export function paramAxis(runs: readonly RunView[], path: string, log?: boolean): PlotAxis {
  const values = runs.map((run) => paramOf(run, path)).filter((v): v is Json => v !== undefined);
  const title = path.slice(path.lastIndexOf(".") + 1);
  if (values.length > 0 && values.every((v) => typeof v === "number")) {
    const get = (run: RunView) => {
      const v = paramOf(run, path);
      return typeof v === "number" ? v : null;
    };
    return numeric(path, title, fieldOf(`params.${path}`), values as number[], log, get);
  }
  const named = new Map(values.map((v) => [value(v), v]));
  const names = [...named.keys()].sort();
  const place = (i: number) => (names.length > 1 ? i / (names.length - 1) : 0.5);
  const places = new Map(names.map((name, i) => [name, place(i)]));
  return {
    id: path,
    title,
    log: false,
    canLog: false,
    at: (run) => places.get(value(paramOf(run, path))) ?? null,
    filter: (low, high) => {
      const within = names.filter((name) => places.get(name)! >= low && places.get(name)! <= high);
      // Between two of them there is none.
      return within.length === names.length ? null : `${fieldOf(`params.${path}`)} in (${within.length > 0 ? within.slice(0, VALUES).map((name) => literal(named.get(name)!)).join(", ") : "''"})`;
    },
    ticks: names.map((name, i) => ({ at: place(i), label: cut(name) })),
  };
}

export function resultAxis(runs: readonly RunView[], metric: string, which: MetricValue, log = false): PlotAxis {
  const get = (run: RunView) => resultOf(run, metric, which);
  // A metric without a direction has no best, and is filtered by its last value.
  const part = which === "best" && runs.some((run) => typeof run.summary[metric]?.best === "number") ? "best" : "last";
  return numeric(RESULT, `${metric}, ${which}`, fieldOf(`metrics.${metric}.${part}`), runs.map(get).filter((v) => v !== null), log, get);
}

function numeric(id: string, title: string, field: string, values: readonly number[], wantLog: boolean | undefined, get: (run: RunView) => number | null): PlotAxis {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const canLog = values.length > 0 && low > 0 && high > low;
  const log = (wantLog ?? high / low > 10) && canLog;
  const scale = (log ? scaleLog : scaleLinear)([low, high], [0, 1]);
  const place = (v: number) => (high > low ? scale(v) : 0.5);
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  return {
    id,
    title,
    log,
    canLog,
    at: (run) => {
      const v = get(run);
      return v === null ? null : place(v);
    },
    filter: (from, to) => {
      const ends = [from > 0 ? `${field} >= ${scale.invert(from)}` : "", to < 1 ? `${field} <= ${scale.invert(to)}` : ""].filter(Boolean);
      return ends.length === 0 ? null : ends.join(" and ");
    },
    ticks: (values.length === 0 ? [] : distinct.length <= 6 ? distinct : round(low, high, log, distinct.every(Number.isInteger))).map((v) => ({ at: place(v), label: number(v) })),
  };
}

/** Round values within the range: whole ones for whole numbers, decades for a logarithm that spans some. */
function round(low: number, high: number, log: boolean, whole: boolean): number[] {
  if (log) {
    const decades = scaleLog([low, high], [0, 1]).ticks(5).filter((v) => Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-9);
    if (decades.length >= 3) return decades;
    return [low, Math.sqrt(low * high), high].map((v) => Number(v.toPrecision(2))).filter((v) => v >= low && v <= high);
  }
  const all = scaleLinear([low, high], [0, 1]).ticks(5);
  return whole ? all.filter(Number.isInteger) : all;
}

/** The axes in the order that was asked for, the result last, and those on their heads that are to be. */
export function arranged(axes: readonly PlotAxis[], order: readonly string[], flipped: readonly string[]): PlotAxis[] {
  const place = (axis: PlotAxis) => (axis.id === RESULT ? Infinity : order.includes(axis.id) ? order.indexOf(axis.id) : order.length);
  const sorted = [...axes].sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
  return sorted.map((axis) =>
    flipped.includes(axis.id)
      ? { ...axis, at: (run: RunView) => ((at) => (at === null ? null : 1 - at))(axis.at(run)), filter: (low: number, high: number) => axis.filter(1 - high, 1 - low), ticks: axis.ticks.map((tick) => ({ ...tick, at: 1 - tick.at })) }
      : axis,
  );
}

/** The order with one axis moved a place to the left (-1) or right (1); the result stays where it is. */
export function moved(axes: readonly PlotAxis[], axis: string, by: -1 | 1): string[] {
  const ids = axes.map(({ id }) => id).filter((id) => id !== RESULT);
  const from = ids.indexOf(axis);
  const to = from + by;
  if (from < 0 || to < 0 || to >= ids.length) return ids;
  [ids[from], ids[to]] = [ids[to]!, ids[from]!];
  return ids;
}

/** Each brushed axis with its brushes: a run lies inside where it lies in one of each axis. */
function brushed(axes: readonly PlotAxis[], brushes: readonly Brush[]): { axis: PlotAxis; own: Brush[] }[] {
  return axes.flatMap((axis) => {
    const own = brushes.filter((brush) => brush.axis === axis.id);
    return own.length > 0 ? [{ axis, own }] : [];
  });
}

/** Whether a run lies inside all brushes. */
export function insideOf(axes: readonly PlotAxis[], brushes: readonly Brush[]): (run: RunView) => boolean {
  const wanted = brushed(axes, brushes);
  return (run) =>
    wanted.every(({ axis, own }) => {
      const at = axis.at(run);
      return at !== null && own.some((brush) => at >= brush.low && at <= brush.high);
    });
}

/** The same as filters for a list of runs, which knows those too that are not drawn. */
export function filtersOf(axes: readonly PlotAxis[], brushes: readonly Brush[]): string[] {
  return brushed(axes, brushes).flatMap(({ axis, own }) => {
    const parts = own.map((brush) => axis.filter(brush.low, brush.high));
    if (parts.includes(null)) return [];
    return [parts.length === 1 ? parts[0]! : parts.map((part) => `(${part})`).join(" or ")];
  });
}

export interface Progressed {
  run: RunView;
  value: number;
  /** Seconds since 1970 when it ended. */
  time: number;
  /** Hours that this run and all that ended before it took together, on all their devices. */
  deviceHours: number;
  best: number;
}

/** Runs in the order in which they ended, each with the best value of those that came to their end until then. */
export function bestSoFar(runs: readonly RunView[], metric: string, which: MetricValue, goal: "max" | "min"): Progressed[] {
  let deviceHours = 0;
  const ended = runs
    .flatMap((run) => (run.endedAt ? [{ run, value: resultOf(run, metric, which), time: Date.parse(run.endedAt) / 1000 }] : []))
    .sort((a, b) => a.time - b.time)
    .map((one) => {
      // Each device of each attempt, as the service counts; a point from outside takes the time until it was told.
      const seconds = one.run.deviceSeconds ?? (one.run.startedAt ? one.time - Date.parse(one.run.startedAt) / 1000 : 0);
      deviceHours += Math.max(0, seconds) / 3600;
      return { ...one, deviceHours };
    })
    // What ended without a value took its time, too.
    .flatMap((one) => (one.value === null ? [] : [{ ...one, value: one.value }]));
  let best = goal === "max" ? -Infinity : Infinity;
  return ended.map((one) => {
    if (counts(one.run)) best = goal === "max" ? Math.max(best, one.value) : Math.min(best, one.value);
    return { ...one, best };
  });
}
