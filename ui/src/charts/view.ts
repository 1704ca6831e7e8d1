import { X_AXES, type XAxis } from "./axis";
import type { Range } from "./scale";
import { type Smoothing, SMOOTHINGS } from "./smooth";

/** How charts of a page are drawn; all of it stands in the address. */
export interface ChartView {
  x: XAxis;
  smoothing: Smoothing;
  /** Weight of the past, 0 (none) to 0.99. */
  weight: number;
  logX: boolean;
  logY: boolean;
  /** Metrics whose y axis is the other way: by logarithm where the page's are not. */
  flipped: string[];
  /** Points of superseded attempts. */
  ghosts: boolean;
  /** Whether outliers set the scale. */
  outliers: boolean;
  /** Part of x that is shown, in units of the axis. */
  zoom: Range | undefined;
  /** y ranges by metric. */
  ranges: Record<string, Range>;
  /** Lines that are switched off. */
  hidden: string[];
  /** Metric that fills the screen. */
  full: string | undefined;
  /** Regular expression over the metrics' names. */
  find: string;
}

export const CHART_VIEW: ChartView = {
  x: "step",
  smoothing: "ema",
  weight: 0,
  logX: false,
  logY: false,
  flipped: [],
  ghosts: false,
  outliers: true,
  zoom: undefined,
  ranges: {},
  hidden: [],
  full: undefined,
  find: "",
};

function within(text: string | null): number {
  const n = Number(text ?? 0);
  return Number.isFinite(n) ? Math.min(0.99, Math.max(0, n)) : 0;
}

function range(text: string | undefined): Range | undefined {
  const parts = text?.split(":").map(Number) ?? [];
  const [from, to] = parts;
  return parts.length === 2 && Number.isFinite(from) && Number.isFinite(to) && from! < to! ? [from!, to!] : undefined;
}

const short = (n: number) => String(Number(n.toPrecision(8)));

/** The view that an address asks for; what cannot be read is as if it were not there. */
export function readChartView(search: URLSearchParams): ChartView {
  const ranges: Record<string, Range> = {};
  for (const text of search.getAll("yr")) {
    const found = /^([^:]+:[^:]+):(.+)$/.exec(text);
    const read = range(found?.[1]);
    if (found && read) ranges[found[2]!] = read;
  }
  return {
    x: X_AXES.find((x) => x === search.get("x")) ?? (search.get("x") === "time" ? "relative" : "step"),
    smoothing: SMOOTHINGS.find((s) => s === search.get("by")) ?? "ema",
    weight: within(search.get("smooth")),
    logX: search.get("logx") === "1",
    logY: search.get("log") === "1",
    flipped: search.getAll("flip"),
    ghosts: search.get("ghosts") === "1",
    outliers: search.get("outliers") !== "0",
    zoom: range(search.get("zoom") ?? undefined),
    ranges,
    hidden: search.getAll("hide"),
    full: search.get("full") ?? undefined,
    find: search.get("find") ?? "",
  };
}

function put(search: URLSearchParams, key: string, value: string | undefined): void {
  if (value === undefined || value === "") search.delete(key);
  else search.set(key, value);
}

function putAll(search: URLSearchParams, key: string, values: readonly string[]): void {
  search.delete(key);
  for (const value of values) search.append(key, value);
}

/** Writes what differs from the default. */
export function writeChartView(view: ChartView, search: URLSearchParams): void {
  put(search, "x", view.x === "step" ? undefined : view.x);
  put(search, "by", view.smoothing === "ema" ? undefined : view.smoothing);
  put(search, "smooth", view.weight > 0 ? String(view.weight) : undefined);
  put(search, "logx", view.logX ? "1" : undefined);
  put(search, "log", view.logY ? "1" : undefined);
  putAll(search, "flip", view.flipped);
  put(search, "ghosts", view.ghosts ? "1" : undefined);
  put(search, "outliers", view.outliers ? undefined : "0");
  put(search, "zoom", view.zoom ? view.zoom.map(short).join(":") : undefined);
  putAll(search, "yr", Object.entries(view.ranges).map(([key, [from, to]]) => `${short(from)}:${short(to)}:${key}`));
  putAll(search, "hide", view.hidden);
  put(search, "full", view.full);
  put(search, "find", view.find);
}

/** Whether a metric's y axis is drawn by logarithm. */
export const isLogY = (view: ChartView, key: string) => view.logY !== view.flipped.includes(key);

/** A filter over names: a regular expression where it is one, else the text itself. */
export function matcher(find: string): (name: string) => boolean {
  if (find === "") return () => true;
  try {
    const pattern = new RegExp(find, "i");
    return (name) => pattern.test(name);
  } catch {
    const text = find.toLowerCase();
    return (name) => name.toLowerCase().includes(text);
  }
}
