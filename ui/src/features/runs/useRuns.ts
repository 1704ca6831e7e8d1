import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { GroupsQuery, RunsQuery, RunsScope } from "../../api/paths";

/** Pages of runs, by key set: the service gives each page's continuation, nothing is counted off. */
export const runsQuery = (query: RunsQuery) =>
  infiniteQueryOptions({
    queryKey: keys.runs(query),
    queryFn: ({ pageParam }) => api.runs(pageParam ? { ...query, cursor: pageParam } : query),
    initialPageParam: "",
    // The list that judged a filter is the one that is shown with it.
    staleTime: 2_000,
    getNextPageParam: (page) => page.next || undefined,
  });

export function useRuns(query: RunsQuery, enabled = true) {
  const pages = useInfiniteQuery({
    ...runsQuery(query),
    placeholderData: keepPreviousData,
    enabled,
  });
  const data = pages.data;
  const runs = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  const metrics = useMemo(() => [...new Set(data?.pages.flatMap((page) => page.metrics))], [data]);
  const last = data?.pages.at(-1);
  return { ...pages, runs, metrics, total: last?.total ?? 0, more: last?.more ?? false };
}

/** Means that are asked for with the groups themselves: a first screenful. */
export const SOON = 4;

/**
 * Groups with the means of the first fields, and those of all others a moment later: each further metric is one more look at every run
 * that matches, and nobody waits for a column that is out of sight.
 *
 * @param fields whose means are wanted, in the order of their columns
 * @param sort one of what the groups are made by, or of the fields
 */
export function useGroups(query: Omit<GroupsQuery, "field" | "sort">, fields: readonly string[], sort: string | undefined, enabled: boolean) {
  const sorted = fields.filter((field) => field === sort?.replace(/^-/, ""));
  const first = [...new Set([...sorted, ...fields])].slice(0, SOON);
  const others = fields.filter((field) => !first.includes(field));
  const asked: GroupsQuery = { ...query, field: first, ...(sort ? { sort } : {}) };
  // In the same order, so that where there are more groups than are asked for these are the same ones. No older answer stands in for
  // this one: its means would stand beside those of another question.
  const later: GroupsQuery = { ...asked, field: [...sorted, ...others] };
  const found = useQuery({ queryKey: keys.groups(asked), queryFn: () => api.groups(asked), placeholderData: keepPreviousData, enabled });
  const rest = useQuery({ queryKey: keys.groups(later), queryFn: () => api.groups(later), enabled: enabled && others.length > 0 && found.isSuccess && !found.isPlaceholderData });
  const [head, tail] = [found.data, others.length > 0 ? rest.data : undefined];
  const data = useMemo(() => {
    if (!head || !tail) return head;
    const more = new Map(tail.items.map((group) => [group.filter, group.fields]));
    return { ...head, items: head.items.map((group) => ({ ...group, fields: { ...more.get(group.filter), ...group.fields } })) };
  }, [head, tail]);
  // Without the means that are missing the table is a table; why they are missing has to be said.
  return { ...found, data, error: found.error ?? (others.length > 0 ? rest.error : null), refetch: () => (found.error ? found.refetch() : rest.refetch()) };
}

/** What there is to show, filter, sort and group by; it changes slowly. */
export function useCatalogue(scope: RunsScope) {
  return useQuery({ queryKey: keys.catalogue(scope), queryFn: () => api.keys(scope), placeholderData: keepPreviousData, staleTime: 15_000 });
}
