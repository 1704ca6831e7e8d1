/**
 * Exponential moving average without the pull of the first value (divided by 1 − weightⁿ). What is missing stays missing
 * and does not count.
 *
 * @param weight of the past, 0 (returns the values) to below 1
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...values];
  let sum = 0;
  let share = 0;
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null;
    sum = weight * sum + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return sum / share;
  });
}
