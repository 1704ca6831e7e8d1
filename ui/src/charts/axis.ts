import { count, date, duration } from "../components/format";
import type { Ghost, Series, Value } from "./series";

export const X_AXES = ["step", "epoch", "relative", "wall", "device"] as const;
export type XAxis = (typeof X_AXES)[number];

export const X_NAMES: Record<XAxis, string> = {
  step: "step",
  epoch: "epoch",
  relative: "time since the run started",
  wall: "wall clock",
  device: "time on the device",
};

/** What places a run's points on an axis. */
export interface Origin {
  /** Milliseconds since 1970 at which the run started: one zero for all of its metrics, whatever is zoomed. */
  start?: number | undefined;
  stepsPerEpoch?: number | undefined;
}

/** The axis that a series can be drawn by: the wanted one, or by step, with why. */
export function axisOf(series: Series, wanted: XAxis, origin: Origin): { axis: XAxis; why?: string } {
  if (wanted === "epoch" && !origin.stepsPerEpoch && !whole(series.epochs)) return { axis: "step", why: "not all points have an epoch" };
  if (wanted === "device" && !whole(series.device)) return { axis: "step", why: "not every attempt told its time on the device" };
  return { axis: wanted };
}

function whole(column: readonly Value[] | null | undefined): boolean {
  return column ? column.every((value) => value !== null && value !== undefined) : false;
}

/**
 * Where the points lie.
 *
 * @return steps, epochs, seconds since the start or on the device, or seconds since 1970
 */
export function placed(series: Series | Ghost, axis: XAxis, origin: Origin): number[] {
  const { steps, times, epochs } = series;
  switch (axis) {
    case "step":
      return steps;
    case "epoch":
      return steps.map((step, i) => epochs?.[i] ?? step / (origin.stepsPerEpoch ?? 1));
    case "relative": {
      const zero = origin.start ?? (times[0] ?? 0) / 1000;
      return times.map((time) => time / 1e6 - zero / 1000);
    }
    case "wall":
      return times.map((time) => time / 1e6);
    case "device":
      return steps.map((_, i) => ("device" in series ? (series.device?.[i] ?? 0) : 0));
  }
}

/** x at a step that need not be one of the series': between its neighbours. */
export function xAtStep(x: readonly number[], steps: readonly number[], step: number): number | null {
  const last = steps.length - 1;
  if (last < 0 || step < steps[0]! || step > steps[last]!) return null;
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! < step) low = middle + 1;
    else high = middle;
  }
  if (steps[low] === step || low === 0) return x[low]!;
  const t = (step - steps[low - 1]!) / (steps[low]! - steps[low - 1]!);
  return x[low - 1]! + t * (x[low]! - x[low - 1]!);
}

/** Why groups are not drawn by it, and what to choose. */
export const NO_WALL_MEAN = "Groups have no mean by the wall clock: choose time since the run started";

/** A place in words. @param step of a mean by another axis there is none: its runs have different ones there */
export function atWords(axis: XAxis, x: number, step: number | undefined): string {
  const place = axis === "step" ? "" : `${axis === "epoch" ? "epoch " : ""}${placeName(axis, x)}`;
  if (axis === "step" || !place) return `step ${count(step ?? x)}`;
  return step === undefined ? place : `${place} · step ${count(step)}`;
}

/** x as a cell says it. */
export function placeName(axis: XAxis, x: number): string {
  switch (axis) {
    case "step":
      return count(x);
    case "epoch":
      return String(Number(x.toPrecision(6)));
    case "wall":
      return date(new Date(x * 1000).toISOString());
    case "relative":
    case "device":
      return x < 10 ? `${Number(x.toPrecision(3))}s` : duration(x);
  }
}

/** Whether the axis shows seconds. */
export const isTime = (axis: XAxis) => axis === "relative" || axis === "device";
