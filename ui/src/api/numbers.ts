/** JSON has no NaN and no infinities: the service writes them as these three strings, and only in these fields. */
const SPECIAL = new Map<unknown, number>([
  ["NaN", Number.NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);
const NUMERIC = new Set(["last", "min", "max", "best", "first", "value", "mean", "std", "values"]);

function special(value: unknown): unknown {
  return SPECIAL.get(value) ?? value;
}

/** Turns the three strings into numbers, in place: the one place where text from the service becomes a number. */
export function decode<T>(data: T): T {
  if (typeof data !== "object" || data === null) return data;
  const record = data as Record<string, unknown>;
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (!NUMERIC.has(key)) decode(value);
    else if (Array.isArray(value)) record[key] = value.map(special);
    else if (typeof value === "object") decode(value);
    else record[key] = special(value);
  }
  return data;
}
