import type { Json, JsonObject } from "../../api/types";

export type AxisKind = "list" | "uniform" | "logUniform" | "integers";

export interface AxisDraft {
  path: string;
  kind: AxisKind;
  /** As typed: `1, 4, 16`, or the two bounds. */
  text: string;
}

/** A submission being written. Text stays as typed: the service is the judge, and it must see what was typed. */
export interface Draft {
  experiment: string;
  name: string;
  base: JsonObject;
  axes: AxisDraft[];
  seeds: string;
  sampler: "grid" | "random";
  draws: string;
  metric: string;
  goal: "max" | "min";
  parallel: string;
  priority: string;
  /** What the form has no control for (`include`, a sampler's seed); carried along as it was written. */
  rest: JsonObject;
}

const KNOWN = new Set(["experiment", "name", "base", "axes", "seeds", "sampler", "metric", "goal", "parallel", "priority"]);

export const FIRST: Draft = {
  experiment: "",
  name: "",
  base: { dataset: { id: "shapes" }, method: { kind: "pgn" }, schedule: { epochs: 10 } },
  axes: [{ path: "method.prompts", kind: "list", text: "1, 4, 8" }],
  seeds: "0, 1",
  sampler: "grid",
  draws: "20",
  metric: "",
  goal: "max",
  parallel: "",
  priority: "",
  rest: {},
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

export function getAt(tree: Json | undefined, path: string): Json | undefined {
  let at = tree;
  for (const key of path.split(".")) {
    if (typeof at !== "object" || at === null || Array.isArray(at)) return undefined;
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
    const inner = setAt(typeof old === "object" && old !== null && !Array.isArray(old) ? old : {}, rest.join("."), value);
    next = Object.keys(inner).length > 0 ? inner : undefined;
  }
  if (next === undefined) return others;
  return key in tree ? { ...tree, [key]: next } : { ...tree, [key]: next };
}

function axis({ kind, text }: AxisDraft): Json {
  return kind === "list" ? values(text) : { [kind]: values(text) };
}

const put = (body: JsonObject, key: string, text: string) => {
  if (text.trim() !== "") body[key] = scalar(text);
};

/** The sweep that the draft asks for, as the service takes it. */
export function sweepOf(draft: Draft): JsonObject {
  const body: JsonObject = {};
  if (draft.experiment.trim()) body.experiment = draft.experiment.trim();
  if (draft.name.trim()) body.name = draft.name.trim();
  body.base = draft.base;
  const axes = draft.axes.filter((a) => a.path.trim() !== "");
  body.axes = Object.fromEntries(axes.map((a) => [a.path.trim(), axis(a)]));
  const seeds = values(draft.seeds);
  if (seeds.length > 0) body.seeds = seeds;
  const { sampler, ...rest } = draft.rest;
  if (draft.sampler === "random") body.sampler = { ...(isObject(sampler) ? sampler : {}), kind: "random", runs: scalar(draft.draws) };
  if (draft.metric.trim()) body.metric = draft.metric.trim();
  if (draft.goal === "min") body.goal = "min";
  put(body, "parallel", draft.parallel);
  put(body, "priority", draft.priority);
  return { ...body, ...rest };
}

/** Body of a single run's submission. @param spec by itself, or already with a name and the like around it */
export function runOf(draft: Draft, spec: JsonObject): JsonObject {
  if (isObject(spec.spec)) return spec;
  const body: JsonObject = {};
  if (draft.experiment.trim()) body.experiment = draft.experiment.trim();
  if (draft.name.trim()) body.name = draft.name.trim();
  put(body, "priority", draft.priority);
  return { ...body, spec };
}

const shown = (json: Json | undefined) => (json === undefined || json === null ? "" : typeof json === "string" ? json : JSON.stringify(json));
const listed = (json: Json | undefined) => (Array.isArray(json) ? json.map(shown).join(", ") : "");
const isObject = (json: Json | undefined): json is JsonObject => typeof json === "object" && json !== null && !Array.isArray(json);

/** The form for a run, which may stand by itself or under `spec` with a name beside it. */
export function draftOfRun(draft: Draft, run: JsonObject): Draft {
  if (!isObject(run.spec)) return { ...draft, base: run };
  return { ...draft, experiment: shown(run.experiment), name: shown(run.name), priority: shown(run.priority), base: run.spec };
}

/** The form for a sweep that the service has understood. */
export function draftOf(sweep: JsonObject): Draft {
  const axes: AxisDraft[] = Object.entries(isObject(sweep.axes) ? sweep.axes : {}).map(([path, json]) => {
    const [kind, bounds] = isObject(json) ? (Object.entries(json)[0] ?? []) : [];
    if (kind === "uniform" || kind === "logUniform" || kind === "integers") return { path, kind, text: listed(bounds) };
    return { path, kind: "list", text: listed(json) };
  });
  const { kind: samplerKind, runs, ...sampler } = isObject(sweep.sampler) ? sweep.sampler : {};
  const rest = Object.fromEntries(Object.entries(sweep).filter(([key, json]) => !KNOWN.has(key) && JSON.stringify(json) !== "[]"));
  if (Object.keys(sampler).length > 0) rest.sampler = sampler;
  return {
    experiment: shown(sweep.experiment),
    name: shown(sweep.name),
    base: isObject(sweep.base) ? sweep.base : {},
    axes,
    seeds: listed(sweep.seeds),
    sampler: samplerKind === "random" ? "random" : "grid",
    draws: shown(runs) || FIRST.draws,
    metric: shown(sweep.metric),
    goal: sweep.goal === "min" ? "min" : "max",
    parallel: shown(sweep.parallel),
    priority: shown(sweep.priority),
    rest,
  };
}

/** Whether a refusal's field is this place: the service names it from the spec's root or from what is around it. */
export function concerns(field: string | undefined, path: string): boolean {
  return field !== undefined && [path, `base.${path}`, `spec.${path}`].includes(field);
}
