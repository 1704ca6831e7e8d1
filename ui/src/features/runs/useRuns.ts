import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { GroupsQuery, RunsQuery, RunsScope } from "../../api/paths";

/** Pages of runs, by key set: the service gives each page's continuation, nothing is counted off. */
export function useRuns(query: RunsQuery, enabled = true) {
  const pages = useInfiniteQuery({
    queryKey: keys.runs(query),
    queryFn: ({ pageParam }) => api.runs(pageParam ? { ...query, cursor: pageParam } : query),
    initialPageParam: "",
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
  const data = pages.data;
  const runs = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  const metrics = useMemo(() => [...new Set(data?.pages.flatMap((page) => page.metrics))], [data]);
  const last = data?.pages.at(-1);
  return { ...pages, runs, metrics, total: last?.total ?? 0, more: last?.more ?? false };
}

export function useGroups(query: GroupsQuery, enabled: boolean) {
  return useQuery({ queryKey: keys.groups(query), queryFn: () => api.groups(query), placeholderData: keepPreviousData, enabled });
}

/** What there is to show, filter, sort and group by; it changes slowly. */
export function useCatalogue(scope: RunsScope) {
  return useQuery({ queryKey: keys.catalogue(scope), queryFn: () => api.keys(scope), placeholderData: keepPreviousData, staleTime: 15_000 });
}
