import type { KeyCatalogue, NamedMetric, Spread } from "../../api/overRuns";
import type { Json, RunView } from "../../api/types";
import { between, date, metric as inDecimals, number, shortId, value } from "../../components/format";
import { metricIn } from "./search";

export type Section = "Run" | "Configuration" | "Metrics" | "Tags";

export interface Column {
  /** The service's name for it: `state`, `params.method.prompts`, `metrics.val/top1.best`. */
  id: string;
  title: string;
  section: Section;
  /** px */
  width: number;
  numeric: boolean;
  /** Whether the service can sort and group by it. */
  sorts: boolean;
  /** Whether runs are told apart by its very values; those of a time or a measurement are hardly ever equal. */
  equals: boolean;
  /** Which end is better, for differences to a baseline. */
  goal: "MAX" | "MIN" | undefined;
  /** Exactly as it is stored; undefined where there is none. */
  raw: (run: RunView) => Json | undefined;
  text: (run: RunView, now: number) => string;
  /** Over a group's runs. */
  spread: (spread: Spread) => string;
}

const none = (spread: Spread) => (spread.mean === undefined || spread.mean === null ? "–" : number(spread.mean));

const EQUAL = new Set(["state", "createdBy", "experiment", "sweep", "attempt", "priority", "reason", "parent", "starred", "pinned"]);

function fixed(id: string, title: string, width: number, raw: Column["raw"], text?: Column["text"], sorts = true): Column {
  return { id, title, section: "Run", width, numeric: false, sorts, equals: EQUAL.has(id), goal: undefined, raw, text: text ?? ((run) => value(raw(run))), spread: none };
}

const FIXED: readonly Column[] = [
  fixed("name", "Name", 216, (run) => run.name),
  fixed("state", "State", 112, (run) => run.state),
  fixed("progress", "Progress", 150, (run) => run.step ?? undefined, (run) => `${run.epoch ?? 0}/${run.epochs ?? "?"} epochs, step ${run.step ?? 0}`, false),
  fixed("duration", "Duration", 92, (run) => run.startedAt ?? undefined, (run, now) => between(run.startedAt, run.endedAt, now), false),
  fixed("createdAt", "Created", 120, (run) => run.createdAt, (run) => date(run.createdAt)),
  fixed("startedAt", "Started", 120, (run) => run.startedAt ?? undefined, (run) => date(run.startedAt)),
  fixed("endedAt", "Ended", 120, (run) => run.endedAt ?? undefined, (run) => date(run.endedAt)),
  fixed("createdBy", "By", 90, (run) => run.createdBy),
  fixed("experiment", "Experiment", 150, (run) => run.experiment),
  fixed("sweep", "Sweep", 150, (run) => run.sweep ?? undefined, (run) => run.sweepName ?? (run.sweep ? shortId(run.sweep) : "–")),
  fixed("attempt", "Attempts", 84, (run) => run.attempt),
  fixed("priority", "Priority", 80, (run) => run.priority),
  fixed("reason", "Reason", 130, (run) => run.reason ?? undefined),
  fixed("device", "Device", 110, (run) => run.device ?? undefined, (run) => (run.device ? shortId(run.device) : "–"), false),
  fixed("tags", "Tags", 150, (run) => run.tags, (run) => Object.entries(run.tags ?? {}).map(([key, text]) => (text === "" ? key : `${key}: ${text}`)).join(", "), false),
  fixed("parent", "Below", 150, (run) => run.parent ?? undefined, (run) => run.parentName ?? (run.parent ? shortId(run.parent) : "–")),
  fixed("starred", "Starred", 84, (run) => run.starred, (run) => (run.starred ? "yes" : "")),
  fixed("pinned", "Files kept", 96, (run) => run.pinned, (run) => (run.pinned ? "all" : "")),
  fixed("id", "Id", 96, (run) => run.id, (run) => shortId(run.id), false),
];
const BY_ID = new Map(FIXED.map((column) => [column.id, column]));

/** The last names of a path say enough in a head: method.prompts → prompts. */
const tail = (path: string) => path.slice(path.lastIndexOf(".") + 1);

function param(path: string, catalogue: KeyCatalogue | undefined): Column {
  const known = catalogue?.params.find((one) => one.key === path);
  const raw = (run: RunView) => run.config?.[path] ?? run.params[path];
  // Two paths may end in the same name: then the one before it is said too.
  const alike = catalogue?.params.some((one) => one.key !== path && one.varies && tail(one.key) === tail(path));
  const title = alike ? path.split(".").slice(-2).join(".") : tail(path);
  const widest = Math.max(title.length + 3, ...(known?.values.map((v) => value(v).length) ?? []));
  return { id: `params.${path}`, title, section: "Configuration", width: Math.min(180, Math.max(76, widest * 7.5 + 24)), numeric: known?.type === "number", sorts: true, equals: true, goal: undefined, raw, text: (run) => value(raw(run)), spread: none };
}

function metric(id: string, catalogue: KeyCatalogue | undefined): Column | undefined {
  const what = metricIn(id);
  if (!what) return undefined;
  const format: NamedMetric | undefined = catalogue?.metrics.find((one) => one.key === what.key);
  const raw = (run: RunView): Json | undefined => {
    const found = what.part === "at" ? run.values?.[id] : run.summary[what.key]?.[what.part];
    return found ?? undefined;
  };
  const title = what.part === "last" ? what.key : what.part === "at" ? `${what.key} at best ${what.at ?? ""}` : `${what.key} ${what.part}`;
  return {
    id,
    title,
    section: "Metrics",
    width: Math.min(220, Math.max(104, title.length * 7.2 + 30)),
    numeric: true,
    sorts: true,
    equals: false,
    goal: format?.goal ?? undefined,
    raw,
    text: (run) => {
      const v = raw(run);
      return typeof v === "number" ? inDecimals(v, format) : "–";
    },
    spread: (spread) => inDecimals(spread.mean, format, spread.n > 1 ? (spread.std ?? null) : null),
  };
}

function tag(name: string): Column {
  const raw = (run: RunView) => run.tags?.[name];
  return { id: `tags.${name}`, title: name, section: "Tags", width: Math.min(180, Math.max(76, name.length * 7.5 + 40)), numeric: false, sorts: true, equals: true, goal: undefined, raw, text: (run) => raw(run) ?? "", spread: none };
}

/** Any column by its id, also one that no loaded run fills: an address may name it. */
export function columnOf(id: string, catalogue: KeyCatalogue | undefined): Column | undefined {
  if (id.startsWith("params.") && id.length > 7) return param(id.slice(7), catalogue);
  if (id.startsWith("tags.") && id.length > 5) return tag(id.slice(5));
  return BY_ID.get(id) ?? metric(id, catalogue);
}

const PARTS = ["last", "best", "min", "max"] as const;

/** Every column that there can be, in the order of the catalogue: what varies first. */
export function available(catalogue: KeyCatalogue | undefined): Column[] {
  const metrics = (catalogue?.metrics ?? []).flatMap((one) => PARTS.filter((part) => part !== "best" || one.goal).map((part) => `metrics.${one.key}.${part}`));
  const params = (catalogue?.params ?? []).map((one) => `params.${one.key}`);
  const tags = (catalogue?.tags ?? []).map((one) => `tags.${one.key}`);
  return [...FIXED.map((column) => column.id), ...metrics, ...params, ...tags].map((id) => columnOf(id, catalogue)).filter((column) => column !== undefined);
}

/** A path that only names what else tells apart, or has a value for each run, tells nothing beside the name. */
const QUIET = /(^|\.)(name|root|path|weights)$/;
const MOST_PARAMS = 8;

/** What most people look at first: accuracy, last and best, then loss, then what varies. */
export function usual(catalogue: KeyCatalogue | undefined): string[] {
  const keys = (catalogue?.metrics ?? []).map((one) => one.key);
  const has = (key: string) => keys.includes(key);
  const metrics = [
    ...(has("test/top1") ? ["metrics.test/top1.last"] : []),
    ...(has("val/top1") ? ["metrics.val/top1.best", "metrics.val/top1.last"] : []),
    ...(has("val/loss") ? ["metrics.val/loss.last"] : has("train/loss") ? ["metrics.train/loss.last"] : []),
  ];
  if (metrics.length === 0) metrics.push(...(catalogue?.metrics ?? []).filter((one) => !one.key.startsWith("system/")).slice(0, 4).map((one) => `metrics.${one.key}.${one.goal ? "best" : "last"}`));
  const params = (catalogue?.params ?? []).filter((one) => one.varies && (!QUIET.test(one.key) || one.distinct < 10)).slice(0, MOST_PARAMS);
  return ["name", "state", ...metrics, ...params.map((one) => `params.${one.key}`), "progress", "duration", "createdAt"];
}

/** The columns in which the runs of the catalogue differ, of those there are; the name and the state stay. */
export function differing(catalogue: KeyCatalogue): string[] {
  const metrics = usual(catalogue).filter((id) => id.startsWith("metrics."));
  return ["name", "state", ...metrics, ...catalogue.params.filter((one) => one.varies).map((one) => `params.${one.key}`)];
}

interface Difference {
  text: string;
  better: boolean | undefined;
}

/** How far a number lies from the baseline's, in the column's own decimals, and whether that is for the better. */
export function difference(column: Column, run: RunView, baseline: RunView): Difference | undefined {
  return apart(column, column.raw(run), baseline, column.text(run, 0));
}

/** The same of a group's mean. */
export function meanDifference(column: Column, spread: Spread, baseline: RunView): Difference | undefined {
  return apart(column, spread.mean ?? undefined, baseline, column.spread(spread));
}

/** @param written how the column writes the number */
function apart(column: Column, mine: Json | undefined, baseline: RunView, written: string): Difference | undefined {
  const theirs = column.raw(baseline);
  if (typeof mine !== "number" || typeof theirs !== "number" || !Number.isFinite(mine - theirs)) return undefined;
  const by = mine - theirs;
  const decimals = /\.(\d+)/.exec(written)?.[1]?.length ?? 0;
  const text = `${by > 0 ? "+" : by < 0 ? "−" : "±"}${column.section === "Metrics" ? Math.abs(by).toFixed(decimals) : number(Math.abs(by))}`;
  return { text, better: column.goal === undefined || by === 0 ? undefined : by > 0 === (column.goal === "MAX") };
}
