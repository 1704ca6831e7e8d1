import type { Json } from "../api/types";

const NONE = "–";

/** Four significant digits, no noise: 0.8125, 84.42, 1.2e-5. NaN and infinities by name. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2).replace("e+", "e");
  if (Number.isInteger(value)) return count(value);
  return String(Number(value.toPrecision(size >= 1000 ? 6 : 4)));
}

const grouped = new Intl.NumberFormat("en-US");

const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });

/** Labels of an axis: short, and as many digits as tell neighbours apart. */
export function ticks(values: readonly (number | null)[]): string[] {
  const seen = values.filter((v) => v !== null);
  const step = seen.length > 1 ? Math.abs(seen[1]! - seen[0]!) : 0;
  return values.map((v) => {
    if (v === null) return "";
    const size = Math.abs(v);
    if (size < 10_000) return number(v);
    const unit = size >= 1e9 ? 1e9 : size >= 1e6 ? 1e6 : 1e3;
    const digits = step > 0 ? Math.min(4, Math.max(0, Math.ceil(-Math.log10(step / unit)))) : 2;
    return size >= 1e12 ? short.format(v) : `${Number((v / unit).toFixed(digits))}${unit === 1e9 ? "G" : unit === 1e6 ? "M" : "k"}`;
  });
}

export function count(value: number): string {
  return grouped.format(value);
}

/** "1 line", "2 lines": what is counted, in its number. */
export function some(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** A count that may have been broken off: "10,000", or "more than 10,000". */
export function counted(total: number, more: boolean): string {
  return more ? `more than ${count(total)}` : count(total);
}

/** How a metric's numbers are written: what the service says of it, or what is known of its name. */
export interface MetricFormat {
  unit?: string | null | undefined;
  decimals?: number | null | undefined;
}

/** A metric's value with its own decimals, so that a column of them lines up; with `std` as mean ± deviation. */
export function metric(value: number | null | undefined, format?: MetricFormat, std?: number | null): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return number(value);
  const decimals = format?.decimals;
  if (decimals === null || decimals === undefined) return std === undefined ? number(value) : meanStd(value, std);
  // Decimals of an ordinary value would leave nothing of a tiny one; of a large one all digits are as many as its groups.
  if (value !== 0 && std === undefined && Math.abs(value) < 0.5 * 10 ** -decimals) return number(value);
  if (decimals === 0 && std === undefined) return count(Math.round(value));
  const text = value.toFixed(decimals);
  return std === null || std === undefined || !Number.isFinite(std) ? text : `${text} ± ${std.toFixed(decimals)}`;
}

/** "84.4 ± 1.7"; one value has no deviation; digits follow the deviation. */
export function meanStd(mean: number | null | undefined, std: number | null | undefined): string {
  if (mean === null || mean === undefined) return NONE;
  if (std === null || std === undefined || !Number.isFinite(std) || !Number.isFinite(mean)) return number(mean);
  if (std === 0) return `${number(mean)} ± 0`;
  // Two digits of the deviation; in per cent and above, one or two decimals as papers print them, equal down a column.
  const two = Math.min(6, 1 - Math.floor(Math.log10(Math.max(std, Math.abs(mean) * 1e-4))));
  const digits = Math.abs(mean) >= 10 && std >= 0.00995 ? (std >= 0.995 ? 1 : 2) : Math.max(0, two);
  return `${mean.toFixed(digits)} ± ${std.toFixed(digits)}`;
}

export function seeds(n: number, expected: number): string {
  return `${n}/${expected} ${expected === 1 ? "seed" : "seeds"}`;
}

export function value(json: Json | undefined): string {
  if (json === undefined) return NONE;
  if (typeof json === "number") return plain(json);
  if (typeof json === "string") return json;
  return JSON.stringify(json);
}

/** A number as it was written: parameters are compared by eye, so nothing is rounded but the tail of a random draw. */
function plain(n: number): string {
  return Number.isInteger(n) ? String(n) : String(Number(n.toPrecision(6)));
}

export function bytes(size: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let i = 0;
  let left = size;
  while (left >= 1024 && i < units.length - 1) {
    left /= 1024;
    i++;
  }
  return `${left >= 100 || i === 0 ? Math.round(left) : left.toFixed(1)} ${units[i]}`;
}

/** 42s, 3m 05s, 2h 14m, 3d 4h */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${String(s % 60).padStart(2, "0")}s`;
  if (s < 86_400) return `${Math.floor(s / 3600)}h ${String(Math.floor((s % 3600) / 60)).padStart(2, "0")}m`;
  return `${Math.floor(s / 86_400)}d ${Math.floor((s % 86_400) / 3600)}h`;
}

export function between(from: string | null | undefined, to: string | null | undefined, now: number): string {
  if (!from) return NONE;
  return duration(((to ? Date.parse(to) : now) - Date.parse(from)) / 1000);
}

export function ago(time: string | null | undefined, now: number): string {
  if (!time) return NONE;
  const seconds = (now - Date.parse(time)) / 1000;
  return seconds < 3 ? "now" : `${duration(seconds)} ago`;
}

const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dateFormat = new Intl.DateTimeFormat("en-GB", {
  year: "numeric",
  month: "short",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});

export function clock(time: number | string): string {
  return clockFormat.format(new Date(time));
}

export function date(time: string | null | undefined): string {
  return time ? dateFormat.format(new Date(time)) : NONE;
}

/** The first group of an id: enough to tell runs apart by eye. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
