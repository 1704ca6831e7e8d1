import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { keys } from "../../api/keys";
import type { RunsQuery } from "../../api/paths";
import type { RunGroup } from "../../api/overRuns";
import type { Json, RunView } from "../../api/types";
import { value } from "../../components/format";
import { readRuns } from "./useRuns";

/** One line of the table. */
export type Row =
  | { kind: "run"; id: string; run: RunView; depth: 0 | 1; /** Filter of the group that it stands under. */ under?: string }
  | { kind: "group"; id: string; group: RunGroup; open: boolean }
  /** Runs of a group that are not shown in it. */
  | { kind: "rest"; id: string; group: RunGroup; left: number }
  | { kind: "wait"; id: string };

/** What tells groups apart, in lists and in charts. */
export const groupId = (by: Record<string, Json>): string => JSON.stringify(Object.values(by));

/** A group in words: "kind pgn, prompts 4". */
export function groupName(by: Record<string, Json>): string {
  const words = Object.entries(by).map(([field, v]) => `${field.slice(field.lastIndexOf(".") + 1)} ${v === null ? "none" : value(v)}`);
  return words.length > 0 ? words.join(", ") : "all runs";
}

/** Runs of a group that are shown under it; all of them are behind its filter. */
const SHOWN = 50;

/** Groups with the runs of those that are open under them. @param open the groups' filters */
export function useGroupRows(groups: readonly RunGroup[] | undefined, open: ReadonlySet<string>, query: RunsQuery): Row[] {
  const opened = useMemo(() => (groups ?? []).filter((group) => open.has(group.filter)), [groups, open]);
  const answers = useQueries({
    queries: opened.map((group) => {
      const asked = { ...query, filter: [...(query.filter ?? []), group.filter], limit: SHOWN };
      return { queryKey: keys.runs(asked), queryFn: async () => ({ pages: [await readRuns(asked)], pageParams: [""] }), placeholderData: keepPreviousData };
    }),
  });
  const children = answers.map((answer) => answer.data?.pages[0]?.items);
  return (groups ?? []).flatMap((group): Row[] => {
    const head: Row = { kind: "group", id: group.filter, group, open: open.has(group.filter) };
    if (!head.open) return [head];
    const runs = children[opened.indexOf(group)];
    if (!runs) return [head, { kind: "wait", id: `wait ${group.filter}` }];
    const rest: Row[] = group.runs > runs.length ? [{ kind: "rest", id: `rest ${group.filter}`, group, left: group.runs - runs.length }] : [];
    return [head, ...runs.map((run): Row => ({ kind: "run", id: run.id, run, depth: 1, under: group.filter })), ...rest];
  });
}
