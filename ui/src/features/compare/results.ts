import { deviation, mean } from "d3-array";

/** Values of one metric in what is compared: one run, or runs that differ in nothing but the seed. */
export interface Sample {
  values: number[];
  n: number;
  mean: number | null;
  /** With n − 1; null below two. */
  std: number | null;
}

export function sample(values: readonly (number | null | undefined)[]): Sample {
  const finite = values.filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  return { values: finite, n: finite.length, mean: mean(finite) ?? null, std: finite.length > 1 ? (deviation(finite) ?? null) : null };
}

/** 97.5 % points of Student's t for 1 to 30 degrees of freedom. */
const T975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074,
  2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** Between whole degrees, and towards the normal's 1.96, linear in their inverse, as tables are read. */
export function t975(degrees: number): number {
  if (degrees <= 1) return T975[0]!;
  const low = Math.min(30, Math.floor(degrees));
  const from = T975[low - 1]!;
  const [to, inverse] = low < 30 ? [T975[low]!, 1 / (low + 1)] : [1.96, 0];
  const share = (1 / low - 1 / degrees) / (1 / low - inverse);
  return from + share * (to - from);
}

export interface Difference {
  by: number;
  /** Half the width of the 95 % interval (Welch 1947); null where a side has fewer than two runs. */
  half: number | null;
}

export function difference(to: Sample, from: Sample): Difference | null {
  if (to.mean === null || from.mean === null) return null;
  const by = to.mean - from.mean;
  if (to.std === null || from.std === null) return { by, half: null };
  const a = to.std ** 2 / to.n;
  const b = from.std ** 2 / from.n;
  if (a + b === 0) return { by, half: 0 };
  const degrees = (a + b) ** 2 / (a ** 2 / (to.n - 1) + b ** 2 / (from.n - 1));
  return { by, half: t975(degrees) * Math.sqrt(a + b) };
}

/** Whether a difference is for the better; null where neither is, or the interval holds 0. */
export function better({ by, half }: Difference, goal: "MAX" | "MIN" | null | undefined): boolean | null {
  if (!goal || by === 0 || (half !== null && Math.abs(by) <= half)) return null;
  return goal === "MAX" ? by > 0 : by < 0;
}
