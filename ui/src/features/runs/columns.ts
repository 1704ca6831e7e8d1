import type { Json, RunView, Summary } from "../../api/types";
import { between, date, number, shortId, value } from "../../components/format";

export type Group = "Run" | "Parameters" | "Metrics" | "Spec";

export interface Column {
  id: string;
  title: string;
  group: Group;
  /** px */
  width: number;
  numeric: boolean;
  /** The service's name for it, where the service can sort by it. */
  sort?: string;
  /** What the cell says; the same text goes to the CSV. */
  text: (run: RunView, now: number) => string;
}

type Part = "last" | "best" | "min" | "max";
const PARTS: readonly Part[] = ["last", "best", "min", "max"];

function fixed(id: string, title: string, width: number, text: Column["text"], sort?: string): Column {
  return { id, title, group: "Run", width, numeric: false, text, ...(sort ? { sort } : {}) };
}

const steps = (run: RunView) => `${run.epoch ?? 0}/${run.epochs ?? "?"} epochs, step ${run.step ?? 0}`;

export const FIXED: readonly Column[] = [
  fixed("state", "State", 134, (run) => run.state, "state"),
  fixed("name", "Name", 210, (run) => run.name, "name"),
  fixed("progress", "Progress", 146, steps),
  fixed("duration", "Duration", 90, (run, now) => between(run.startedAt, run.endedAt, now)),
  fixed("createdAt", "Created", 168, (run) => date(run.createdAt), "createdAt"),
  fixed("createdBy", "By", 90, (run) => run.createdBy),
  fixed("experiment", "Experiment", 140, (run) => run.experiment),
  fixed("attempt", "Attempts", 80, (run) => String(run.attempt)),
  fixed("priority", "Priority", 76, (run) => String(run.priority)),
  fixed("device", "Device", 110, (run) => (run.device ? shortId(run.device) : "–")),
  fixed("reason", "Reason", 120, (run) => run.reason ?? "–"),
  fixed("id", "Id", 96, (run) => shortId(run.id)),
];

/** Leaves of a spec by dotted path; lists are leaves. */
export function flatten(tree: Json, path = "", into: Record<string, Json> = {}): Record<string, Json> {
  if (typeof tree === "object" && tree !== null && !Array.isArray(tree)) {
    for (const [key, v] of Object.entries(tree)) flatten(v, path ? `${path}.${key}` : key, into);
  } else {
    into[path] = tree;
  }
  return into;
}

/** The last names of a path say enough in a head: method.prompts → prompts. */
const tail = (path: string) => path.slice(path.lastIndexOf(".") + 1);

function param(path: string): Column {
  const sort = `params.${path}`;
  return { id: sort, title: tail(path), group: "Parameters", width: 118, numeric: true, sort, text: (run) => value(run.params[path]) };
}

function metric(key: string, part: Part): Column {
  const id = `metrics.${key}.${part}`;
  const of = (run: RunView): Summary | undefined => run.summary[key];
  return {
    id,
    title: part === "last" ? key : `${key} ${part}`,
    group: "Metrics",
    width: 120,
    numeric: true,
    sort: id,
    text: (run) => number(of(run)?.[part]),
  };
}

function spec(path: string): Column {
  return { id: `spec.${path}`, title: path, group: "Spec", width: 140, numeric: false, text: (run) => value(flatten(run.spec)[path]) };
}

/** Any column by its id, also one that no loaded run fills: an address may name it. */
export function columnOf(id: string): Column | undefined {
  const known = FIXED.find((column) => column.id === id);
  if (known) return known;
  if (id.startsWith("params.")) return param(id.slice(7));
  if (id.startsWith("spec.")) return spec(id.slice(5));
  const found = METRIC.exec(id);
  return found ? metric(found[1]!, found[2] as Part) : undefined;
}

const METRIC = /^metrics\.(.+)\.(last|best|min|max)$/;

/** The metric that a column shows, for one that does. */
export const metricOf = (id: string): string | undefined => METRIC.exec(id)?.[1];

const union = (names: Iterable<string>) => [...new Set(names)].sort();

/** Every column that the loaded runs can fill. @param named metrics that they have, whether their rows carry them or not */
export function available(runs: readonly RunView[], named: readonly string[] = []): Column[] {
  const params = union(runs.flatMap((run) => Object.keys(run.params)));
  const metrics = union([...named, ...runs.flatMap((run) => Object.keys(run.summary))]);
  const specs = union(runs.slice(0, 50).flatMap((run) => Object.keys(flatten(run.spec))));
  return [...FIXED, ...params.map(param), ...metrics.flatMap((key) => PARTS.map((part) => metric(key, part))), ...specs.map(spec)];
}

/** What most people look at first: accuracy, last and best, then loss, then what was swept. */
export function defaults(runs: readonly RunView[]): string[] {
  const has = (key: string) => runs.some((run) => run.summary[key] !== undefined);
  const bests = (key: string) => (runs.some((run) => typeof run.summary[key]?.best === "number") ? [`metrics.${key}.best`] : []);
  const metrics: string[] = [];
  if (has("test/top1")) metrics.push("metrics.test/top1.last");
  if (has("val/top1")) metrics.push("metrics.val/top1.last", ...bests("val/top1"));
  if (has("train/loss")) metrics.push("metrics.train/loss.last");
  if (metrics.length === 0) {
    const first = union(runs.flatMap((run) => Object.keys(run.summary))).filter((key) => !key.startsWith("system/"));
    metrics.push(...first.slice(0, 3).map((key) => `metrics.${key}.last`));
  }
  const params = union(runs.flatMap((run) => Object.keys(run.params))).map((path) => `params.${path}`);
  return ["state", "name", "progress", ...metrics, ...params, "duration", "createdAt"];
}

const ALWAYS = new Set(["state", "name"]);

/** @param differing drop the columns in which all runs say the same (state and name stay) */
export function shown(runs: readonly RunView[], chosen: readonly string[] | undefined, differing: boolean): Column[] {
  const columns = (chosen ?? defaults(runs)).map(columnOf).filter((column) => column !== undefined);
  if (!differing || runs.length < 2) return columns;
  return columns.filter((column) => ALWAYS.has(column.id) || new Set(runs.map((run) => column.text(run, 0))).size > 1);
}
