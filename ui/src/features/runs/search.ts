import type { RunsQuery, RunsScope } from "../../api/paths";
import { RUN_STATES, type RunState } from "../../api/types";
import { listIn, oneOf, type RawSearch, textIn, wordsIn } from "../../components/search";

/** `without`: runs alone; `only`: tasks that look at a run alone; `with`: both. */
export const TASKS = ["without", "only", "with"] as const;
export type Tasks = (typeof TASKS)[number];

export const TASK_NAMES: Record<Tasks, string> = { without: "runs without tasks", only: "tasks alone", with: "runs and tasks" };

/** Everything that decides what the runs table shows. It lives in the address and nowhere else; what is undefined is as usual. */
export interface RunsSearch {
  experiment?: string | undefined;
  state?: RunState[] | undefined;
  /** Expressions, all of which must hold. */
  filter?: string[] | undefined;
  /** `createdAt`, `-metrics.val/top1.best`, …; a minus is descending. */
  sort?: string | undefined;
  /** Ids of the columns, in order. */
  cols?: string[] | undefined;
  /** Fields to group by. */
  group?: string[] | undefined;
  /** Runs that the charts leave out, though the table shows them first. */
  hide?: string[] | undefined;
  /** Runs that the charts draw besides the first. */
  show?: string[] | undefined;
  /** The run that others are compared to. */
  base?: string | undefined;
  /** What is put away: shown too, or alone. */
  archived?: "true" | "only" | undefined;
  /** What was deleted, and nothing else. */
  deleted?: "only" | undefined;
  starred?: true | undefined;
  /** Whether runs count, tasks that only look at one, or both; left out: runs alone in groups, else both. */
  tasks?: Tasks | undefined;
  /** The named view that this was opened as, however it was changed since. */
  view?: string | undefined;
  /** Widths that were drawn, `id:px`. */
  width?: string[] | undefined;
  /** Ids of the columns that stay in sight besides the name. */
  pin?: string[] | undefined;
  /** Charts beside the table, under it, or none. */
  charts?: "off" | undefined;
}

export function runsSearch(raw: RawSearch): RunsSearch {
  return {
    experiment: textIn(raw.experiment),
    state: wordsIn(raw.state, RUN_STATES),
    filter: listIn(raw.filter),
    sort: textIn(raw.sort),
    cols: listIn(raw.cols),
    group: listIn(raw.group),
    hide: listIn(raw.hide),
    show: listIn(raw.show),
    base: textIn(raw.base),
    archived: oneOf(raw.archived, ["true", "only"]),
    deleted: oneOf(raw.deleted, ["only"]),
    tasks: oneOf(raw.tasks, TASKS),
    starred: raw.starred === "1" || raw.starred === true ? true : undefined,
    view: textIn(raw.view),
    width: listIn(raw.width),
    pin: listIn(raw.pin),
    charts: oneOf(raw.charts, ["off"]),
  };
}

export const DEFAULT_SORT = "-createdAt";
export const PAGE_SIZE = 100;
const STARRED = "starred = true";
const OF: Record<Tasks, readonly string[]> = { without: ["of is null"], only: ["of is not null"], with: [] };

/** A task that evaluates, analyses or inverts a run has that run's configuration, but trained nothing: in a group's mean and n it would mix. */
export const tasksOf = (view: Pick<RunsSearch, "tasks" | "group">): Tasks => view.tasks ?? (view.group?.length ? "without" : "with");
/** The service's limits: metrics of a row in one answer, as many parameters, and fields; fields of a group. */
export const EACH = 50;
export const FIELDS = 20;

export function scopeOf(view: RunsSearch, sweep: string | undefined, within: readonly string[] = []): RunsScope {
  const filter = [...within, ...(view.filter ?? []), ...(view.starred ? [STARRED] : []), ...OF[tasksOf(view)]];
  return {
    ...(sweep ? { sweep } : view.experiment ? { experiment: view.experiment } : {}),
    ...(view.state ? { state: view.state.join(",") } : {}),
    ...(filter.length > 0 ? { filter } : {}),
    ...(view.archived ? { archived: view.archived } : {}),
    ...(view.deleted ? { deleted: view.deleted } : {}),
  };
}

export const slices = <T,>(list: readonly T[], size: number): T[][] => Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));

const METRIC = /^metrics\.(.+?)(?:\.(last|best|min|max)|\.at\((.+)\))?$/;

/** What a metric's column shows: `metrics.val/top1.best`, `metrics.test/top1.at(val/top1)`. */
export function metricIn(id: string): { key: string; part: "last" | "best" | "min" | "max" | "at"; at: string | undefined } | undefined {
  const found = METRIC.exec(id);
  if (!found) return undefined;
  return { key: found[1]!, part: found[3] ? "at" : ((found[2] ?? "last") as "last"), at: found[3] };
}

/** What a list has to carry for these columns; more than one answer may hold. */
export function toQuery(scope: RunsScope, sort: string, columns: readonly string[]): RunsQuery {
  const metrics = columns.map(metricIn).filter((metric) => metric !== undefined);
  const some = (list: string[]) => (list.length > 0 ? [...new Set(list)] : undefined);
  return {
    ...scope,
    sort,
    limit: PAGE_SIZE,
    metrics: some(metrics.filter((metric) => metric.part !== "at").map((metric) => metric.key)),
    param: some(columns.filter((id) => id.startsWith("params.")).map((id) => id.slice(7))),
    field: some(columns.filter((id) => metricIn(id)?.part === "at")),
  };
}

/** Groups are sorted by what makes them or by a mean that is shown; else by the first of what makes them. */
export function sortOfGroups(sort: string, by: readonly string[], fields: readonly string[]): string | undefined {
  const bare = sort.replace(/^-/, "");
  return by.includes(bare) || fields.includes(bare) ? sort : by[0];
}

/** descending → ascending → as usual */
export function nextSort(sort: string, key: string): string | undefined {
  if (sort === `-${key}`) return key;
  if (sort === key) return undefined;
  return `-${key}`;
}

export const toggled = <T,>(list: readonly T[] | undefined, one: T): T[] | undefined => {
  const next = list?.includes(one) ? list.filter((other) => other !== one) : [...(list ?? []), one];
  return next.length > 0 ? next : undefined;
};

/** Widths by column id. */
export function widthsIn(width: readonly string[] | undefined): Map<string, number> {
  return new Map(
    (width ?? []).flatMap((text) => {
      const at = text.lastIndexOf(":");
      const px = Number(text.slice(at + 1));
      return at > 0 && px >= 48 && px <= 1200 ? [[text.slice(0, at), px] as const] : [];
    }),
  );
}
