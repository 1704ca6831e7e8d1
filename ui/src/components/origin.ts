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
