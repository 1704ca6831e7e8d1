import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { useEvents } from "../../api/live";
import type { History } from "../../api/types";
import { append } from "./curve";

export interface Zoom {
  from: number;
  to: number;
}

const BUCKETS = 1600;
const PAUSE_MS = 1000;

/** One curve that follows the run: a `metric` event asks only for what lies behind the last known step. */
export function useCurve(run: string, key: string, ghosts: boolean, zoom: Zoom | undefined) {
  const cache = useQueryClient();
  const asked = { key, buckets: BUCKETS, ...(ghosts ? { ghosts } : {}), ...zoom };
  const queryKey = keys.history(run, asked);
  const query = useQuery({ queryKey, queryFn: () => api.history(run, asked), placeholderData: keepPreviousData });

  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const follow = async () => {
    timer.current = undefined;
    const old = cache.getQueryData<History>(queryKey);
    const last = old?.points?.at(-1);
    if (zoom) return;
    if (old?.exact && last) {
      const part = await api.history(run, { key, buckets: BUCKETS, from: last.step + 1 }).catch(() => null);
      const merged = part && append(old, part);
      if (merged && merged.total <= BUCKETS && cache.getQueryData(queryKey) === old) {
        cache.setQueryData(queryKey, merged);
        return;
      }
    }
    await cache.invalidateQueries({ queryKey, exact: true });
  };
  useEvents((event) => {
    const about = event.data.run ?? event.data.id;
    if (event.type !== "metric" || about !== run || (event.data.keys && !event.data.keys.includes(key))) return;
    timer.current ??= setTimeout(() => void follow(), PAUSE_MS);
  });
  return query;
}
