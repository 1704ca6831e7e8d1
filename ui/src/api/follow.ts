import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";
import { askAgain } from "./cache";
import { api } from "./client";
import type { EventStream, LabEvent } from "./events";
import { keys } from "./keys";
import type { RunsPage, RunView } from "./types";

/** What happens within this time is answered together. */
const BATCH_MS = 700;
/** The same where nothing but points came: numbers that are being looked at need not flicker. */
const POINTS_MS = 2_000;
/** A list, a group, a catalogue is read again at most this often, whatever happens. */
const LIST_MS = 4_000;
/** The same for what an event can only move (a sort or a filter by a metric), not add or take away. */
const MOVE_MS = 10_000;
/** What is worked out from a whole sweep costs the lab more than a list does. */
const INSIGHT_MS = 20_000;
/** More changed rows than this in one batch: reading the list again is cheaper than reading each. */
const SINGLE_LIMIT = 8;

type Runs = InfiniteData<RunsPage>;

/** What an answer is about, as it stands in its key: `["runs", {experiment, sweep, …}]`. */
export interface Scope {
  experiment?: string | undefined;
  sweep?: string | undefined;
  state?: string | undefined;
  filter?: string | string[] | undefined;
  sort?: string | undefined;
  /** None but these runs. */
  ids?: readonly string[] | undefined;
}

export interface Change {
  run: string;
  experiment: string | undefined;
  sweep: string | undefined;
  /** Only points came: no run appeared, none changed its state. */
  pointsOnly: boolean;
}

/** Whether a change may alter what a question over many runs answers: adding, taking away, moving or recounting. */
export function canMatch(scope: Scope, change: Change): boolean {
  if (scope.ids && !scope.ids.includes(change.run)) return false;
  if (scope.experiment !== undefined && change.experiment !== undefined && scope.experiment !== change.experiment) return false;
  // An event of a run tells its sweep whenever it has one.
  if (scope.sweep !== undefined && scope.sweep !== change.sweep && !(change.pointsOnly && change.sweep === undefined)) return false;
  return !change.pointsOnly || byMetric(scope);
}

function byMetric(scope: Scope): boolean {
  return [scope.sort ?? "", ...(Array.isArray(scope.filter) ? scope.filter : [scope.filter ?? ""])].some((text) => text.includes("metrics."));
}

const scopeOf = (key: QueryKey): Scope => (typeof key[1] === "object" && key[1] !== null ? (key[1] as Scope) : {});

/** Puts one run's newest view wherever it is shown; what a list asked for besides (values, configuration) stays. */
export function placeRun(cache: QueryClient, run: RunView): boolean {
  let known = false;
  cache.setQueryData<RunView>(keys.run(run.id), (old) => (old ? { ...old, ...run } : run));
  cache.setQueriesData<Runs>({ queryKey: keys.runLists }, (old) => {
    if (!old?.pages.some((page) => page.items.some((item) => item.id === run.id))) return old;
    known = true;
    const pages = old.pages.map((page) => ({ ...page, items: page.items.map((item) => (item.id === run.id ? { ...item, ...run } : item)) }));
    return { ...old, pages };
  });
  return known;
}

/** Over many runs at once: these are read again only where a change can matter to them. */
const OVER_RUNS: ReadonlySet<unknown> = new Set(["runs", "groups", "bulk", "catalogue", "home", "experiments"]);

/** A person changed runs here: all that is over many is read again at once, whatever the stream says later. */
export function readAllAgain(cache: QueryClient): Promise<void> {
  return cache.invalidateQueries({ predicate: (query) => OVER_RUNS.has(query.queryKey[0]) || query.queryKey[0] === "run" });
}

/** Patches rows in place and reads again only what a change can matter to. @returns how to stop */
export function follow(stream: EventStream, cache: QueryClient): () => void {
  const changes = new Map<string, Change>();
  const stale = new Map<string, QueryKey>();
  const sweeps = new Set<string>();
  const lastRead = new Map<string, number>();
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  let timer: { id: ReturnType<typeof setTimeout>; soon: boolean } | undefined;

  const shownIn = (data: unknown, id: string) => (data as Runs | undefined)?.pages?.some((page) => page.items.some((run) => run.id === id)) ?? false;

  /** Now if it is long enough since the last time, else when it will be. */
  const readAgain = (queryHash: string, queryKey: QueryKey, pace: number) => {
    if (waiting.has(queryHash)) return;
    const wait = Math.max(0, (lastRead.get(queryHash) ?? 0) + pace - Date.now());
    waiting.set(
      queryHash,
      setTimeout(() => {
        waiting.delete(queryHash);
        lastRead.set(queryHash, Date.now());
        // What is being read is read to its end first: taken back at each change, the last in a line would never come.
        if (cache.getQueryCache().get(queryHash)?.state.fetchStatus === "fetching") readAgain(queryHash, queryKey, pace);
        else void cache.invalidateQueries({ queryKey, exact: true });
      }, wait),
    );
  };

  const flush = () => {
    timer = undefined;
    const all = [...changes.values()];
    changes.clear();
    const seen = new Set<string>();
    for (const query of cache.getQueryCache().findAll({ type: "active", predicate: (q) => OVER_RUNS.has(q.queryKey[0]) })) {
      const scope = scopeOf(query.queryKey);
      const here = all.filter((change) => shownIn(query.state.data, change.run));
      for (const change of here) seen.add(change.run);
      // A row that is shown is patched; its place and the counts are settled when the list is read again.
      const unseen = all.filter((change) => !here.includes(change) && canMatch(scope, change));
      const moved = here.some((change) => (change.pointsOnly ? byMetric(scope) : true));
      if (here.length > SINGLE_LIMIT || unseen.some((change) => !change.pointsOnly)) readAgain(query.queryHash, query.queryKey, LIST_MS);
      else if (unseen.length > 0 || moved) readAgain(query.queryHash, query.queryKey, MOVE_MS);
    }
    for (const { run } of all) if (cache.getQueryCache().find({ queryKey: keys.run(run) })?.isActive()) seen.add(run);
    for (const id of seen.size > SINGLE_LIMIT ? [...seen].filter((run) => cache.getQueryData(keys.run(run))) : seen) {
      api.run(id).then(
        (run) => placeRun(cache, run),
        () => cache.invalidateQueries({ queryKey: keys.run(id) }),
      );
    }
    for (const { queryHash, queryKey } of cache.getQueryCache().findAll({ type: "active", queryKey: ["insight"] })) {
      if (sweeps.has(String(queryKey[1]))) readAgain(queryHash, queryKey, INSIGHT_MS);
    }
    sweeps.clear();
    for (const queryKey of stale.values()) void cache.invalidateQueries({ queryKey });
    stale.clear();
  };

  const note = (event: LabEvent) => {
    const { id, run, sweep, experiment } = event.data;
    if (event.type === "resync") void cache.invalidateQueries();
    if (event.type === "back") askAgain(cache);
    const changed = event.type === "run" ? id : event.type === "metric" ? (run ?? id) : undefined;
    if (changed) {
      const pointsOnly = event.type === "metric" && (changes.get(changed)?.pointsOnly ?? true);
      changes.set(changed, { run: changed, experiment: experiment ?? changes.get(changed)?.experiment, sweep: sweep ?? changes.get(changed)?.sweep, pointsOnly });
    }
    if (event.type === "run" && id) {
      stale.set(`trail ${id}`, keys.trail(id));
      if (sweep) {
        stale.set(sweep, keys.sweep(sweep));
        sweeps.add(sweep);
      }
    }
    if (event.type === "sweep") {
      stale.set("sweeps", keys.sweepLists);
      stale.set("experiments", keys.experiments);
      if (id) {
        stale.set(id, keys.sweep(id));
        sweeps.add(id);
      }
    }
    if (event.type === "device") stale.set("devices", keys.devices);
    if (changes.size === 0 && stale.size === 0) return;
    const soon = event.type !== "metric";
    if (timer !== undefined && (!soon || timer.soon)) return;
    clearTimeout(timer?.id);
    timer = { id: setTimeout(flush, soon ? BATCH_MS : POINTS_MS), soon };
  };

  const leave = stream.subscribe(note);
  return () => {
    leave();
    clearTimeout(timer?.id);
    for (const one of waiting.values()) clearTimeout(one);
  };
}
