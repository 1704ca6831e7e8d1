import { quantileSorted } from "d3-array";
import { scaleLinear, scaleLog, scaleUtc } from "d3-scale";
import { clock, duration, ticks as labels } from "../components/format";
import type { XAxis } from "./axis";
import type { Value } from "./series";
import type { Drawn } from "./trace";

export type Range = readonly [number, number];

const OUTSIDE = 0.02;

/**
 * The y range without outliers: between the 2nd and the 98th percentile of what lies within x, with a margin.
 *
 * @return null where that would leave nothing out worth the while
 */
export function robust(drawn: readonly Drawn[], x: Range | undefined): Range | null {
  const values: number[] = [];
  for (const { x: xs, line } of drawn) {
    for (const [i, value] of line.entries()) if (value !== null && (!x || (xs[i]! >= x[0] && xs[i]! <= x[1]))) values.push(value);
  }
  if (values.length < 20) return null;
  values.sort((a, b) => a - b);
  const low = quantileSorted(values, OUTSIDE)!;
  const high = quantileSorted(values, 1 - OUTSIDE)!;
  const full = values.at(-1)! - values[0]!;
  if (high <= low || high - low > full * 0.8) return null;
  const margin = (high - low) * 0.1;
  return [Math.max(low - margin, values[0]!), Math.min(high + margin, values.at(-1)!)];
}

/** How many values of the lines lie outside y. */
export function outside(drawn: readonly Drawn[], y: Range): number {
  let n = 0;
  for (const { line } of drawn) for (const value of line) if (value !== null && (value < y[0] || value > y[1])) n++;
  return n;
}

/** Everything that is drawn. */
export function extent(drawn: readonly Drawn[], x: Range | undefined, log: boolean): Range {
  let low = Infinity;
  let high = -Infinity;
  // Plain loops: a chart of ten runs sees ten thousand values each time.
  const see = (xs: readonly number[], values: readonly Value[] | null) => {
    if (!values) return;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value === null || value === undefined || (x && (xs[i]! < x[0] || xs[i]! > x[1]))) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  };
  for (const d of drawn) {
    see(d.x, d.raw);
    see(d.x, d.low);
    see(d.x, d.high);
    for (const ghost of d.ghosts) see(ghost.x, ghost.y);
  }
  if (low > high) return log ? [1, 10] : [0, 1];
  if (low === high) return log ? [low / 2, high * 2] : [low - (Math.abs(low) || 1) * 0.1, high + (Math.abs(high) || 1) * 0.1];
  if (log) return [low / 1.1, high * 1.1];
  const margin = (high - low) * 0.05;
  return [low - margin, high + margin];
}

export function xExtent(drawn: readonly Drawn[]): Range {
  let low = Infinity;
  let high = -Infinity;
  for (const { x } of drawn) {
    if (x.length === 0) continue;
    low = Math.min(low, x[0]!);
    high = Math.max(high, x.at(-1)!);
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** Round values for ticks within a range. */
export function tickValues(range: Range, log: boolean, many: number, time?: "wall"): number[] {
  if (time === "wall") return scaleUtc([range[0] * 1000, range[1] * 1000], [0, 1]).ticks(many).map((date) => date.getTime() / 1000);
  if (!log) return scaleLinear([range[0], range[1]], [0, 1]).ticks(many);
  const all = scaleLog([range[0], range[1]], [0, 1]).ticks(many);
  return all.length <= many * 1.5 ? all : all.filter((value) => Math.log10(value) % 1 === 0);
}

/** Steps of seconds that people count in. */
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];

export function durationTicks(range: Range, many: number): number[] {
  const wanted = (range[1] - range[0]) / many;
  const step = SECONDS.find((s) => s >= wanted);
  if (wanted < 1 || step === undefined) return tickValues(range, false, many);
  const found: number[] = [];
  for (let s = Math.ceil(range[0] / step) * step; s <= range[1]; s += step) found.push(s);
  return found;
}

/** "0", "2m", "1h 30m": a duration whose smaller part is left out when it is nothing. */
function shortDuration(seconds: number): string {
  if (seconds === 0) return "0";
  if (Math.abs(seconds) < 10 && !Number.isInteger(seconds)) return `${Number(seconds.toPrecision(2))}s`;
  const words = duration(Math.abs(seconds)).replace(/ 0+[smhd]$/, "").replace(/(^| )0(\d)/, "$1$2");
  return seconds < 0 ? `−${words}` : words;
}

export function xLabels(axis: XAxis, values: readonly number[]): string[] {
  if (axis === "wall") return values.map((value) => wallLabel(value, values));
  if (axis === "relative" || axis === "device") return values.map(shortDuration);
  return labels(values);
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

function wallLabel(seconds: number, all: readonly number[]): string {
  const step = all.length > 1 ? all[1]! - all[0]! : 0;
  if (step >= 86_400) return day.format(seconds * 1000);
  return step >= 60 ? clock(seconds * 1000).slice(0, 5) : clock(seconds * 1000);
}
