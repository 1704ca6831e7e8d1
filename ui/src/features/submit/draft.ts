import type { Json, JsonObject } from "../../api/types";

/** How the values of an axis are said; `json` is anything that the form has no words for, as it was written. */
export type AxisKind = "list" | "uniform" | "logUniform" | "integers" | "normal" | "logNormal" | "json";

export interface AxisDraft {
  path: string;
  kind: AxisKind;
  /** As typed: `1, 4, 16`, or the two bounds. */
  text: string;
  /** What else stands in it (`when`, `step`); carried along as it was written. */
  more?: JsonObject;
}

/**
 * A submission being written, in the shape of a sweep: a run is its base with a name around it. What has no control is carried
 * along. The axes stay as typed: the service is the judge, and it must see what was typed.
 */
export interface Draft {
  /** Everything but the axes. */
  tree: JsonObject;
  axes: AxisDraft[];
}

export type Kind = "sweep" | "run";

export const FIRST: Draft = {
  tree: { base: { dataset: { id: "shapes" }, method: { kind: "pgn" }, schedule: { epochs: 10 } }, seeds: [0, 1] },
  axes: [{ path: "method.prompts", kind: "list", text: "1, 4, 8" }],
};

/** `4` is a number, `true` a flag, `[1]` a list, anything else text. */
export function scalar(text: string): Json {
  const trimmed = text.trim();
  try {
    return JSON.parse(trimmed) as Json;
  } catch {
    return trimmed;
  }
}

/** Values between commas; lists and quoted text may hold commas themselves. */
export function values(text: string): Json[] {
  if (text.trim() === "") return [];
  try {
    return JSON.parse(`[${text}]`) as Json[];
  } catch {
    return text.split(",").map(scalar);
  }
}

/** Values as they are typed between commas. */
export function listed(json: Json | undefined): string {
  return Array.isArray(json) ? json.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join(", ") : "";
}

export const isObject = (json: Json | undefined): json is JsonObject => typeof json === "object" && json !== null && !Array.isArray(json);

export function getAt(tree: Json | undefined, path: string): Json | undefined {
  let at = tree;
  for (const key of path.split(".")) {
    if (!isObject(at)) return undefined;
    at = at[key];
  }
  return at;
}

/** A copy with one place changed; undefined removes it, and with it what became empty around it. */
export function setAt(tree: JsonObject, path: string, value: Json | undefined): JsonObject {
  const [key = "", ...rest] = path.split(".");
  const { [key]: old, ...others } = tree;
  let next = value;
  if (rest.length > 0) {
    const inner = setAt(isObject(old) ? old : {}, rest.join("."), value);
    next = Object.keys(inner).length > 0 ? inner : undefined;
  }
  return next === undefined ? others : { ...tree, [key]: next };
}

function axisOf({ kind, text, more }: AxisDraft): Json {
  if (kind === "json") return scalar(text);
  if (kind === "list") return more ? { choice: values(text), ...more } : values(text);
  return { [kind]: values(text), ...more };
}

const RANGES: readonly AxisKind[] = ["uniform", "logUniform", "integers", "normal", "logNormal"];

function axisDraft([path, json]: [string, Json]): AxisDraft {
  if (Array.isArray(json)) return { path, kind: "list", text: listed(json) };
  if (isObject(json)) {
    const kind = RANGES.find((one) => Array.isArray(json[one])) ?? (Array.isArray(json.choice) ? "choice" : undefined);
    if (kind) {
      const { [kind]: bounds, ...more } = json;
      return { path, kind: kind === "choice" ? "list" : kind, text: listed(bounds), ...(Object.keys(more).length > 0 || kind === "choice" ? { more } : {}) };
    }
  }
  return { path, kind: "json", text: JSON.stringify(json) };
}

const ABOUT = ["experiment", "name"];

/** The sweep that the draft asks for, as the service takes it. */
export function sweepOf({ tree, axes }: Draft): JsonObject {
  const { base, ...rest } = tree;
  const body: JsonObject = {};
  for (const key of ABOUT) if (rest[key] !== undefined) body[key] = rest[key];
  body.base = base ?? {};
  body.axes = Object.fromEntries(axes.filter((a) => a.path.trim() !== "").map((a) => [a.path.trim(), axisOf(a)]));
  return { ...body, ...rest };
}

/** What belongs to the sweep that was: its own first points, what it might use up, and what it learned from. */
const SPENT = ["include", "enqueue", "budget", "from"];
const BLIND = ["grid", "random", "sobol"];
const RUNS = 50;

/** A sweep over the same axes that learns from what another has found; by TPE where that one's sampler learned nothing. */
export function continued(spec: JsonObject, id: string): JsonObject {
  const kept = Object.fromEntries(Object.entries(spec).filter(([key]) => !SPENT.includes(key)));
  const sampler = isObject(spec.sampler) ? spec.sampler : { kind: "grid" };
  const blind = BLIND.includes(String(sampler.kind));
  return { ...kept, name: `${String(spec.name ?? spec.experiment ?? "sweep")} continued`, sampler: blind ? { kind: "tpe", runs: sampler.runs ?? RUNS } : sampler, from: id };
}

const AROUND = [...ABOUT, "priority", "priorityClass", "placement"];

/** The run that the draft asks for; bare where nothing stands around it. */
export function runOf({ tree }: Draft): JsonObject {
  const around = AROUND.filter((key) => tree[key] !== undefined).map((key) => [key, tree[key]!] as const);
  const base = isObject(tree.base) ? tree.base : {};
  return around.length === 0 ? base : { ...Object.fromEntries(around), spec: base };
}

export const bodyOf = (draft: Draft, kind: Kind): JsonObject => (kind === "sweep" ? sweepOf(draft) : runOf(draft));

export const kindOf = (document: JsonObject): Kind => ("base" in document ? "sweep" : "run");

/** What a document asks for, as the form holds it: a sweep, a run with its name around it, or a bare run. */
export function draftOf(document: JsonObject): Draft {
  if ("base" in document) {
    const { axes, ...tree } = document;
    return { tree: Object.fromEntries(Object.entries(tree).filter(([, json]) => JSON.stringify(json) !== "[]")), axes: Object.entries(isObject(axes) ? axes : {}).map(axisDraft) };
  }
  const { spec, ...around } = document;
  return isObject(spec) ? { tree: { ...around, base: spec }, axes: [] } : { tree: { base: document }, axes: [] };
}

/** A place by its path in a run's spec, wherever the spec stands. */
export const inSpec = (path: string) => path.replace(/^(base|spec)\./, "");

/** Whether a refusal's field is this place: the service names it from the spec's root or from what is around it. */
export function concerns(field: string | undefined, path: string): boolean {
  return field !== undefined && (field === path || inSpec(field) === inSpec(path));
}
