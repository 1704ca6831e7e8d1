import type { Json, JsonObject } from "../api/types";

/** A configuration by dotted path. */
export type Config = Readonly<Record<string, Json>>;

const isBranch = (json: Json): json is JsonObject => typeof json === "object" && json !== null && !Array.isArray(json);

/** A nested spec by dotted path. */
export function flat(tree: JsonObject, before = ""): Record<string, Json> {
  const found: Record<string, Json> = {};
  for (const [key, json] of Object.entries(tree)) {
    const path = before ? `${before}.${key}` : key;
    if (isBranch(json) && Object.keys(json).length > 0) Object.assign(found, flat(json, path));
    else found[path] = json;
  }
  return found;
}

/** One leaf of the configurations: its value in each, undefined where it has none. */
export interface Line {
  path: string;
  /** What it is part of, from the outside in; the last is its own name. */
  parts: string[];
  values: (Json | undefined)[];
  differs: boolean;
}

const same = (a: Json | undefined, b: Json | undefined) => a === b || JSON.stringify(a) === JSON.stringify(b);

/** All leaves of some configurations in the order of their paths, parts before what they hold. */
export function lines(configs: readonly Config[]): Line[] {
  const paths = [...new Set(configs.flatMap((config) => Object.keys(config)))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return paths.map((path) => {
    const values = configs.map((config) => config[path]);
    return { path, parts: path.split("."), values, differs: values.some((value) => !same(value, values[0])) };
  });
}

/** A line as it is drawn: only what is not said by the line above. */
export interface Row {
  depth: number;
  name: string;
  line: Line | null;
}

/** Lines under headings for what they are part of. */
export function nested(all: readonly Line[]): Row[] {
  const rows: Row[] = [];
  let open: string[] = [];
  for (const line of all) {
    const outer = line.parts.slice(0, -1);
    let shared = 0;
    while (shared < outer.length && open[shared] === outer[shared]) shared++;
    for (let depth = shared; depth < outer.length; depth++) rows.push({ depth, name: outer[depth]!, line: null });
    open = outer;
    rows.push({ depth: outer.length, name: line.parts.at(-1)!, line });
  }
  return rows;
}

/** What runs have in common when their seeds are left out: equal text, equal configuration. */
export function withoutSeed(config: Config): string {
  return JSON.stringify(
    Object.entries(config)
      .filter(([path]) => path !== "seed")
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
