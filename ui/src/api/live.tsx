import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import { api } from "./client";
import { EventStream, type LabEvent, type Liveness } from "./events";
import { keys } from "./keys";
import type { RunsPage, RunView } from "./types";

const Stream = createContext<EventStream | null>(null);
const BATCH_MS = 700;
/** More changed runs than this in one batch: one listing is cheaper than that many single requests. */
const SINGLE_LIMIT = 12;

type Runs = InfiniteData<RunsPage>;

/** Puts one run's newest view wherever it is shown. */
export function placeRun(cache: QueryClient, run: RunView): boolean {
  let known = false;
  cache.setQueryData(keys.run(run.id), run);
  cache.setQueriesData<Runs>({ queryKey: keys.runLists }, (old) => {
    if (!old?.pages.some((page) => page.items.some((item) => item.id === run.id))) return old;
    known = true;
    const pages = old.pages.map((page) => ({ ...page, items: page.items.map((item) => (item.id === run.id ? run : item)) }));
    return { ...old, pages };
  });
  return known;
}

/** Asks again for what an event named, and for nothing else; events of a moment are answered together. */
function follow(stream: EventStream, cache: QueryClient): () => void {
  const runs = new Set<string>();
  const stale = new Map<string, readonly unknown[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const shown = (id: string) =>
    cache.getQueryData(keys.run(id)) !== undefined ||
    cache.getQueriesData<Runs>({ queryKey: keys.runLists }).some(([, data]) => data?.pages.some((p) => p.items.some((r) => r.id === id)));

  const flush = () => {
    timer = undefined;
    const changed = [...runs];
    runs.clear();
    const unseen = changed.some((id) => !shown(id));
    if (unseen || changed.length > SINGLE_LIMIT) stale.set("runs", keys.runLists);
    if (changed.length > SINGLE_LIMIT) for (const id of changed) stale.set(id, keys.run(id));
    else {
      for (const id of changed) {
        if (!shown(id)) continue;
        api.run(id).then((run) => placeRun(cache, run), () => cache.invalidateQueries({ queryKey: keys.run(id) }));
      }
    }
    for (const queryKey of stale.values()) void cache.invalidateQueries({ queryKey });
    stale.clear();
  };

  const note = (event: LabEvent) => {
    const { id, run, sweep } = event.data;
    if (event.type === "resync") void cache.invalidateQueries();
    if (event.type === "run" && id) {
      runs.add(id);
      stale.set(`trail ${id}`, keys.trail(id));
      if (sweep) stale.set(sweep, keys.sweep(sweep));
    }
    if (event.type === "metric" && (run ?? id)) runs.add((run ?? id)!);
    if (event.type === "sweep") {
      stale.set("sweeps", keys.sweepLists);
      if (id) stale.set(id, keys.sweep(id));
    }
    if (event.type === "device") stale.set("devices", keys.devices);
    if ((runs.size > 0 || stale.size > 0) && timer === undefined) timer = setTimeout(flush, BATCH_MS);
  };

  const leave = stream.subscribe(note);
  return () => {
    leave();
    clearTimeout(timer);
  };
}

export function LiveProvider({ stream, children }: { stream: EventStream; children: ReactNode }) {
  const cache = useQueryClient();
  useEffect(() => {
    const stop = stream.start();
    const leave = follow(stream, cache);
    return () => {
      leave();
      stop();
    };
  }, [stream, cache]);
  return <Stream.Provider value={stream}>{children}</Stream.Provider>;
}

/** Calls the newest `listener` for each event while mounted. */
export function useEvents(listener: (event: LabEvent) => void): void {
  const stream = useContext(Stream);
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => stream?.subscribe((event) => newest.current(event)), [stream]);
}

const CONNECTING: Liveness = { state: "connecting" };
const nothing = () => () => undefined;

export function useLiveness(): Liveness {
  const stream = useContext(Stream);
  return useSyncExternalStore(stream?.watch ?? nothing, stream?.liveness ?? (() => CONNECTING));
}
