import type { Value, Values } from "./series";

export const SMOOTHINGS = ["ema", "gaussian", "none"] as const;
export type Smoothing = (typeof SMOOTHINGS)[number];

/** Shortest stretch that smoothing knows, as a share of the whole curve. */
const GRAIN = 1000;

/**
 * Smooths along the steps, not along the list: each value counts for the steps that it stands for, so a stretch that a zoom brought in finer grain
 * is smoothed as much as the same stretch in coarse grain. The unit is the mean distance of points, or a thousandth of the curve where points lie
 * closer. What is missing stays missing and does not count.
 *
 * @param weight of the past, 0 (returns the values) to below 1; 1 / (1 − weight) units are looked back at
 */
export function smooth(method: Smoothing, steps: readonly number[], values: readonly Value[], weight: number): Values {
  const n = values.length;
  if (method === "none" || weight <= 0 || n < 3) return values;
  const range = steps[n - 1]! - steps[0]!;
  const unit = range > 0 ? range / Math.min(GRAIN, n - 1) : 1;
  const widths = new Float64Array(n);
  for (let i = 1; i < n; i++) widths[i] = range > 0 ? (steps[i]! - steps[i - 1]!) / unit : 1;
  widths[0] = widths[1]!;
  return method === "ema" ? ema(widths, values, weight) : gaussian(widths, values, weight);
}

/** Without gaps the result is a typed array: a list that may hold null allots each number of it, a hundred curves at each step of a slider. */
function room(values: Values): Float64Array | Value[] {
  for (let i = 0; i < values.length; i++) if (values[i] === null) return new Array<Value>(values.length).fill(null);
  return new Float64Array(values.length);
}

/** Without the pull of the first value: divided by the weights so far. */
function ema(widths: Float64Array, values: Values, weight: number): Values {
  const rate = Math.log(weight);
  const out = room(values);
  let sum = 0;
  let share = 0;
  let waited = 0;
  let width = -1;
  let keep = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    waited += widths[i]!;
    if (value === null) continue;
    if (waited !== width) {
      width = waited;
      keep = Math.exp(rate * width);
    }
    waited = 0;
    sum = keep * sum + (1 - keep) * value;
    share = keep * share + (1 - keep);
    out[i] = share > 0 ? sum / share : value;
  }
  return out;
}

/** Three moving averages, which are a Gaussian to within three per cent (Kovesi 2010), each in time that does not depend on the width. */
function gaussian(widths: Float64Array, values: Values, weight: number): Values {
  const sigma = (0.5 * weight) / (1 - weight);
  const half = Math.sqrt(3 * sigma * sigma + 0.25) / Math.sqrt(3);
  let line = values;
  for (let pass = 0; pass < 3; pass++) line = averaged(widths, line, half);
  return line;
}

/** Mean over what lies within `half` of a value's middle; at the ends over as much as there is on both sides, so that ends keep their place. */
function averaged(widths: Float64Array, values: Values, half: number): Values {
  const n = values.length;
  const at = new Float64Array(n + 1);
  const sum = new Float64Array(n + 1);
  const weight = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    const value = values[i]!;
    const width = widths[i]!;
    at[i + 1] = at[i]! + width;
    sum[i + 1] = sum[i]! + (value === null ? 0 : value * width);
    weight[i + 1] = weight[i]! + (value === null ? 0 : width);
  }
  const end = at[n]!;
  const out = room(values);
  let low = 0;
  let high = 0;
  const between = (prefix: Float64Array, i: number, x: number) => {
    const width = at[i + 1]! - at[i]!;
    return prefix[i]! + (width > 0 ? ((x - at[i]!) / width) * (prefix[i + 1]! - prefix[i]!) : 0);
  };
  for (let i = 0; i < n; i++) {
    if (values[i] === null) continue;
    const middle = (at[i]! + at[i + 1]!) / 2;
    const reach = Math.min(half, middle, end - middle);
    const from = middle - reach;
    const to = middle + reach;
    // Reach shrinks towards the end, so an edge may also go back.
    while (low > 0 && at[low]! > from) low--;
    while (low < n - 1 && at[low + 1]! <= from) low++;
    while (high > 0 && at[high]! > to) high--;
    while (high < n - 1 && at[high + 1]! <= to) high++;
    const total = between(weight, high, to) - between(weight, low, from);
    out[i] = total > 0 ? (between(sum, high, to) - between(sum, low, from)) / total : values[i]!;
  }
  return out;
}
