/** Charts whose metrics share what stands before the last "/". */
export interface Section {
  name: string;
  charts: string[];
  /** Metrics with at most one point: a number says more than a dot. */
  scalars: string[];
}

const ORDER = ["train", "val", "test"];
const LAST = "system";

function rank(name: string): number {
  const first = name.split("/")[0]!;
  if (first === LAST) return 9;
  const at = ORDER.indexOf(first);
  return at < 0 ? 5 : at;
}

/**
 * @param points how many points a metric has at most in one run; undefined: not known
 * @param shown whether a name passes the page's search
 */
export function sectionsOf(keys: readonly string[], points: (key: string) => number | undefined, shown: (key: string) => boolean): Section[] {
  const found = new Map<string, Section>();
  for (const key of [...new Set(keys)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }))) {
    if (!shown(key)) continue;
    const slash = key.lastIndexOf("/");
    const name = slash > 0 ? key.slice(0, slash) : "";
    let section = found.get(name);
    if (!section) {
      section = { name, charts: [], scalars: [] };
      found.set(name, section);
    }
    const n = points(key);
    (n !== undefined && n <= 1 ? section.scalars : section.charts).push(key);
  }
  return [...found.values()].sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name, "en", { numeric: true }));
}
