import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { api } from "../api/client";
import { useEvents } from "../api/live";
import { type Series, spliced } from "./series";
import { type Pair, type Seen, SeriesStore } from "./store";

const Store = createContext<SeriesStore | null>(null);

interface ProviderProps {
  ghosts: boolean;
  /** Changes when what is drawn may have been superseded: by run, its attempt and state. */
  phases: Readonly<Record<string, string>>;
  children: ReactNode;
}

/** Reads and follows the curves of the charts inside it. */
export function SeriesProvider({ ghosts, phases, children }: ProviderProps) {
  const [store] = useState(() => new SeriesStore((asked) => api.series(asked)));
  useEffect(() => () => store.close(), [store]);
  useEffect(() => store.withGhosts(ghosts), [store, ghosts]);
  const [known, setKnown] = useState(phases);
  if (known !== phases && JSON.stringify(known) !== JSON.stringify(phases)) setKnown(phases);
  usePhases(store, known);
  useEvents((event) => {
    const { run, id, keys } = event.data;
    if (event.type === "metric" && (run ?? id)) store.measured((run ?? id)!, keys);
    if (event.type === "resync") store.reset();
  });
  return <Store.Provider value={store}>{children}</Store.Provider>;
}

function usePhases(store: SeriesStore, phases: Readonly<Record<string, string>>): void {
  const [seen] = useState(() => new Map<string, string>());
  useEffect(() => {
    for (const [run, phase] of Object.entries(phases)) {
      const before = seen.get(run);
      seen.set(run, phase);
      if (before !== undefined && before !== phase) store.reset(run);
    }
  }, [store, seen, phases]);
}

function useStore(): SeriesStore {
  const store = useContext(Store);
  if (!store) throw new Error("A chart stands outside a SeriesProvider.");
  return store;
}

export interface Curves {
  /** By run: the whole curve, with the zoomed stretch in finer grain. */
  series: ReadonlyMap<string, Series>;
  waiting: boolean;
  fault: unknown;
}

/** One metric of several runs; read and followed while `visible`. */
export function useCurves(metric: string, runs: readonly string[], visible: boolean): Curves {
  const store = useStore();
  const names = runs.join(" ");
  const pairs = useMemo(() => names.split(" ").filter(Boolean).map((run): Pair => ({ run, key: metric })), [names, metric]);
  const subscribe = useCallback(
    (changed: () => void) => {
      if (!visible) return () => undefined;
      const leave = pairs.map((pair) => store.watch(pair, changed));
      return () => leave.forEach((left) => left());
    },
    [store, pairs, visible],
  );
  const snapshot = useMemo(() => stableList(() => pairs.map((pair) => store.get(pair))), [store, pairs]);
  const seen = useSyncExternalStore(subscribe, snapshot);
  return useMemo(() => {
    const series = new Map<string, Series>();
    for (const [i, { series: whole, fine }] of seen.entries()) if (whole) series.set(pairs[i]!.run, fine ? spliced(whole, fine) : whole);
    return { series, waiting: seen.some((one) => !one.series && !one.fault), fault: seen.find((one) => one.fault && !one.series)?.fault };
  }, [seen, pairs]);
}

/** The same list as long as its members are the same. */
function stableList(read: () => Seen[]): () => Seen[] {
  let last: Seen[] = [];
  return () => {
    const next = read();
    if (next.length !== last.length || next.some((one, i) => one !== last[i])) last = next;
    return last;
  };
}

/** Tells the store which steps a zoom shows. */
export function useZoomedSteps(steps: { from: number; to: number } | undefined): void {
  const store = useStore();
  const from = steps?.from;
  const to = steps?.to;
  useEffect(() => store.zoom(from === undefined || to === undefined ? undefined : { from, to }), [store, from, to]);
}
