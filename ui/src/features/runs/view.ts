import type { RunsQuery } from "../../api/paths";
import { RUN_STATES, type RunState } from "../../api/types";
import { setOrDrop, type UrlState } from "../../components/navigation";
import { metricOf } from "./columns";

/** Everything that decides what the runs table shows. It lives in the address and nowhere else. */
export interface RunsView {
  experiment: string | undefined;
  states: RunState[];
  /** Filter expressions, all of which must hold, for example `metrics.val/top1 >= 80`. */
  filters: string[];
  /** Part of the name. */
  search: string;
  /** `createdAt`, `-metrics.val/top1.best`, …; a minus is descending. */
  sort: string;
  /** Ids of the columns shown, in order; undefined: chosen from what the runs hold. */
  columns: string[] | undefined;
  /** Hide columns in which all loaded runs agree. */
  differing: boolean;
  /** Ids of the selected runs. */
  selected: string[];
}

export const DEFAULT_SORT = "-createdAt";

const isState = (text: string): text is RunState => (RUN_STATES as readonly string[]).includes(text);
const list = (text: string | null) => (text ? text.split(",").filter(Boolean) : []);
/** Column ids hold metric names, which may hold commas. */
const packed = (ids: string[]) => ids.map((id) => id.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",");
const unpacked = (text: string) => list(text).map((id) => id.replaceAll("%2C", ",").replaceAll("%25", "%"));

export const runsUrl: UrlState<RunsView> = {
  read: (search) => ({
    experiment: search.get("experiment") ?? undefined,
    states: list(search.get("state")).filter(isState),
    filters: search.getAll("filter").filter(Boolean),
    search: search.get("q") ?? "",
    sort: search.get("sort") ?? DEFAULT_SORT,
    columns: search.has("cols") ? unpacked(search.get("cols") ?? "") : undefined,
    differing: search.get("differ") === "1",
    selected: list(search.get("sel")),
  }),
  write: (view, search) => {
    setOrDrop(search, "experiment", view.experiment);
    setOrDrop(search, "state", view.states.join(","));
    search.delete("filter");
    for (const filter of view.filters) search.append("filter", filter);
    setOrDrop(search, "q", view.search);
    setOrDrop(search, "sort", view.sort === DEFAULT_SORT ? undefined : view.sort);
    setOrDrop(search, "cols", view.columns && packed(view.columns));
    setOrDrop(search, "differ", view.differing ? "1" : undefined);
    setOrDrop(search, "sel", view.selected.join(","));
  },
};

export const PAGE_SIZE = 100;
/** The service's limit. */
const MOST_METRICS = 50;

export function toQuery(view: RunsView, sweep: string | undefined): RunsQuery {
  const filter = [...view.filters];
  const name = view.search.trim();
  if (name) filter.push(`name ~ "${name.replace(/["\\]/g, "\\$&")}"`);
  const asked = [...new Set((view.columns ?? []).map(metricOf).filter((key) => key !== undefined))].slice(0, MOST_METRICS);
  return {
    experiment: sweep ? undefined : view.experiment,
    sweep,
    state: view.states.length ? view.states.join(",") : undefined,
    filter: filter.length ? filter : undefined,
    sort: view.sort,
    limit: PAGE_SIZE,
    metrics: asked.length ? asked : undefined,
  };
}

/** descending → ascending → back to newest first */
export function nextSort(sort: string, key: string): string {
  if (sort === `-${key}`) return key;
  if (sort === key) return DEFAULT_SORT;
  return `-${key}`;
}

const memory = (experiment: string | undefined) => `runyard.runs.${experiment ?? ""}`;

/** Keeps the view of an experiment for the next visit; selections are of the moment. */
export function remember(view: RunsView): void {
  const search = new URLSearchParams();
  runsUrl.write({ ...view, selected: [] }, search);
  try {
    localStorage.setItem(memory(view.experiment), search.toString());
  } catch {
    // Storage may be switched off: the address still holds the view.
  }
}

export function remembered(experiment: string | undefined): RunsView {
  let text = "";
  try {
    text = localStorage.getItem(memory(experiment)) ?? "";
  } catch {
    // As above.
  }
  return { ...runsUrl.read(new URLSearchParams(text)), experiment };
}

/** An address that says nothing but the experiment asks for the view as it was left. */
export function isBare(search: URLSearchParams): boolean {
  return [...search.keys()].every((key) => key === "experiment");
}
