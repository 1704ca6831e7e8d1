import type { Json, RunView } from "../../api/types";
import { number, value } from "../../components/format";
import type { Brush } from "./view";

/** One thing that runs differ in, or the result, laid out along a line from 0 to 1. */
export interface PlotAxis {
  id: string;
  title: string;
  log: boolean;
  /** Whether a logarithm can be asked for: all values are numbers above 0. */
  canLog: boolean;
  /** Where a run lies, 0 to 1; null when it has no place. */
  at: (run: RunView) => number | null;
  ticks: { at: number; label: string }[];
}

export const RESULT = "result";

/** Best value where one is kept, else the last; null when there is none that is finite. */
export function resultOf(run: RunView, metric: string): number | null {
  const summary = run.summary[metric];
  const found = summary?.best ?? summary?.last;
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

/** Parameters in which the runs differ, seeds last. */
export function varying(runs: readonly RunView[]): string[] {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.params)))];
  const differ = names.filter((name) => new Set(runs.map((run) => value(run.params[name]))).size > 1);
  return differ.sort((a, b) => Number(a === "seed") - Number(b === "seed") || a.localeCompare(b));
}

export function paramAxis(runs: readonly RunView[], path: string, log?: boolean): PlotAxis {
  const values = runs.map((run) => run.params[path]).filter((v): v is Json => v !== undefined);
  const title = path.slice(path.lastIndexOf(".") + 1);
  if (values.length > 0 && values.every((v) => typeof v === "number")) {
    const get = (run: RunView) => {
      const v = run.params[path];
      return typeof v === "number" ? v : null;
    };
    return numeric(path, title, values as number[], log, get);
  }
  const names = [...new Set(values.map((v) => value(v)))].sort();
  const place = (i: number) => (names.length > 1 ? i / (names.length - 1) : 0.5);
  return {
    id: path,
    title,
    log: false,
    canLog: false,
    at: (run) => {
      const i = names.indexOf(value(run.params[path]));
      return i < 0 ? null : place(i);
    },
    ticks: names.map((name, i) => ({ at: place(i), label: name })),
  };
}

export function resultAxis(runs: readonly RunView[], metric: string, log = false): PlotAxis {
  const get = (run: RunView) => resultOf(run, metric);
  return numeric(RESULT, metric, runs.map(get).filter((v) => v !== null), log, get);
}

function numeric(id: string, title: string, values: readonly number[], wantLog: boolean | undefined, get: (run: RunView) => number | null): PlotAxis {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const canLog = values.length > 0 && low > 0 && high > low;
  const log = (wantLog ?? high / low > 10) && canLog;
  const f = log ? Math.log10 : (v: number) => v;
  const [from, to] = [f(low), f(high)];
  const scale = (v: number) => (to > from ? (f(v) - from) / (to - from) : 0.5);
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const marks = values.length === 0 ? [] : distinct.length <= 6 ? distinct : log ? decades(low, high) : even(low, high);
  return {
    id,
    title,
    log,
    canLog,
    at: (run) => {
      const v = get(run);
      return v === null ? null : scale(v);
    },
    ticks: marks.map((v) => ({ at: scale(v), label: number(v) })),
  };
}

function even(low: number, high: number): number[] {
  return [0, 0.25, 0.5, 0.75, 1].map((t) => low + t * (high - low));
}

function decades(low: number, high: number): number[] {
  const inner: number[] = [];
  for (let e = Math.ceil(Math.log10(low)); e <= Math.floor(Math.log10(high)); e++) inner.push(10 ** e);
  return [low, ...inner.filter((v) => v > low * 1.3 && v < high / 1.3), high];
}

/** Whether a run lies inside all brushes. */
export function inside(run: RunView, axes: readonly PlotAxis[], brushes: readonly Brush[]): boolean {
  return brushes.every((brush) => {
    const axis = axes.find((a) => a.id === brush.axis);
    if (!axis) return true;
    const at = axis.at(run);
    return at !== null && at >= brush.low && at <= brush.high;
  });
}
