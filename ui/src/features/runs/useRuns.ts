import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQueries, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { GroupsPage, RunGroup } from "../../api/overRuns";
import type { GroupsQuery, RunsQuery, RunsScope } from "../../api/paths";
import type { RunsPage } from "../../api/types";
import { OneByOne } from "./oneByOne";
import { EACH, FIELDS, slices } from "./search";

/** A page of runs with all that is asked of them: what one answer does not hold is asked of its runs anew. */
export async function readRuns(query: RunsQuery): Promise<RunsPage> {
  const lists = { metrics: slices(query.metrics ?? [], EACH), param: slices(query.param ?? [], EACH), field: slices(query.field ?? [], EACH) };
  const part = (i: number) => ({ metrics: lists.metrics[i], param: lists.param[i], field: lists.field[i] });
  const page = await api.runs({ ...query, ...part(0) });
  const runs = new Map(page.items.map((run) => [run.id, run]));
  for (let i = 1; i < Math.max(...Object.values(lists).map((list) => list.length)) && runs.size > 0; i++) {
    const rest: RunsQuery = { filter: [`id in (${[...runs.keys()].join(",")})`], archived: query.archived, deleted: query.deleted, limit: runs.size, ...part(i) };
    let next: string | null | undefined;
    do {
      const more = await api.runs(next ? { ...rest, cursor: next } : rest);
      for (const { id, summary, config, values } of more.items) {
        const run = runs.get(id);
        if (run) runs.set(id, { ...run, summary: { ...run.summary, ...summary }, config: { ...run.config, ...config }, values: { ...run.values, ...values } });
      }
      next = more.next;
    } while (next);
  }
  return { ...page, items: [...runs.values()] };
}

/** Pages of runs, by key set: the service gives each page's continuation, nothing is counted off. */
export const runsQuery = (query: RunsQuery) =>
  infiniteQueryOptions({
    queryKey: keys.runs(query),
    queryFn: ({ pageParam }) => readRuns(pageParam ? { ...query, cursor: pageParam } : query),
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
  const [first, ...later] = fieldsInTurn(fields, sort, SOON);
  const asked: GroupsQuery = { ...query, field: first, ...(sort ? { sort } : {}) };
  const found = useInfiniteQuery({
    queryKey: keys.groupPages(asked),
    queryFn: ({ pageParam }) => api.groups(pageParam ? { ...asked, cursor: pageParam } : asked),
    initialPageParam: "",
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
  const head = found.data;
  // In the same order and at the same cursors, so that these are the same groups. No older answer stands in for
  // this one: its means would stand beside those of another question.
  const pages = enabled && found.isSuccess && !found.isPlaceholderData ? (head?.pageParams ?? []) : [];
  const rest = useQueries({
    queries: pages.flatMap((cursor) =>
      later.map((field) => {
        const one: GroupsQuery = { ...asked, field, ...(cursor ? { cursor: String(cursor) } : {}) };
        return { queryKey: keys.groups(one), queryFn: ({ signal }: { signal: AbortSignal }) => means.next(() => api.groups(one), signal) };
      }),
    ),
    combine: together,
  });
  const tail = rest.items;
  const data = useMemo(() => {
    if (!head) return undefined;
    const more = new Map<string, RunGroup["fields"]>();
    for (const group of tail) more.set(group.filter, { ...more.get(group.filter), ...group.fields });
    // Groups may move while pages are read: none stands twice.
    const all = new Map(head.pages.flatMap((page) => page.items).map((group) => [group.filter, group]));
    const items = [...all.values()].map((group) => ({ ...group, fields: { ...more.get(group.filter), ...group.fields } }));
    return { items, total: head.pages.at(-1)?.total ?? 0 };
  }, [head, tail]);
  // Without the means that are missing the table is a table; why they are missing has to be said.
  return { ...found, data, error: found.error ?? rest.error, refetch: () => (found.error ? found.refetch() : rest.again()) };
}

/** Each is one look at every run: not all of them at once. */
const means = new OneByOne();

const together = (answers: UseQueryResult<GroupsPage>[]) => ({
  items: answers.flatMap((answer) => answer.data?.items ?? []),
  error: answers.find((answer) => answer.error)?.error ?? null,
  again: () => Promise.all(answers.filter((answer) => answer.error).map((answer) => answer.refetch())),
});

/**
 * Fields in parts that one answer holds. What groups are sorted by is in each, as it has to be.
 *
 * @param soon how many the first part has
 */
export function fieldsInTurn(fields: readonly string[], sort: string | undefined, soon: number): [string[], ...string[][]] {
  const sorted = fields.filter((field) => field === sort?.replace(/^-/, ""));
  const first = [...new Set([...sorted, ...fields])].slice(0, soon);
  const others = fields.filter((field) => !first.includes(field));
  return [first, ...slices(others, FIELDS - sorted.length).map((part) => [...sorted, ...part])];
}

/** What there is to show, filter, sort and group by; it changes slowly. */
export function useCatalogue(scope: RunsScope) {
  return useQuery({ queryKey: keys.catalogue(scope), queryFn: () => api.keys(scope), placeholderData: keepPreviousData, staleTime: 15_000 });
}
