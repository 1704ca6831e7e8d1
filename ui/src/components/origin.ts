import type { Json, RunView } from "../api/types";
import { flat } from "./configuration";

export type Origin = "axis" | "base" | "default";

/** Who set a value: the sweep's axis, whoever wrote the spec, or nobody (the default acts). */
export function originOf(run: Pick<RunView, "origin" | "params" | "document">, path: string): Origin {
  const told = run.origin?.[path];
  if (told) return told;
  if (path in run.params) return "axis";
  const written = run.document ? flat(run.document) : {};
  return path in written || Object.keys(written).some((other) => other.startsWith(`${path}.`)) ? "base" : "default";
}

/** The whole configuration by dotted path: as the service flattened it, else from the spec. */
export function configOf(run: Pick<RunView, "config" | "spec">): Readonly<Record<string, Json>> {
  return run.config ?? flat(run.spec);
}

/** The value that acts at a dotted path, whoever set it; undefined where the run has none (U-03). */
export function valueAt(tree: Json | undefined, path: string): Json | undefined {
  let here: Json | undefined = tree;
  for (const part of path.split(".")) {
    if (typeof here !== "object" || here === null || Array.isArray(here)) return undefined;
    here = here[part];
  }
  return here;
}

export function paramOf(run: Pick<RunView, "params" | "config" | "spec">, path: string): Json | undefined {
  return run.params[path] ?? run.config?.[path] ?? valueAt(run.spec, path);
}
