import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { RunState } from "../../api/types";
import { metric as inDecimals } from "../../components/format";

export interface Best {
  value: string;
  /** The metric that the experiment is judged by, and which end of it is better. */
  key: string;
  goal: "MAX" | "MIN";
}

export interface ExperimentRow {
  name: string;
  runs: number;
  states: Partial<Record<RunState, number>>;
  best: Best | undefined;
}

/** What evaluates a run on another set, for one, says nothing of how far the experiment is; groups of the table leave it out, too. */
const NO_TASK = "of is null";

/** The service's limit for one question. */
const FIELDS = 20;

/** Every experiment with its states and its best value by its own goal, over all of its runs, by as few questions as the goals need. */
export function useExperiments() {
  const catalogue = useQuery({ queryKey: keys.catalogue({}), queryFn: () => api.keys({}), staleTime: 60_000 });
  const experiments = useQuery({ queryKey: keys.experiments, queryFn: api.experiments });
  const judged = new Map((experiments.data ?? []).map((one) => [one.name, one.judgedBy]));
  const fields = [...new Set([...judged.values()].flatMap((by) => (by ? [fieldOf(by)] : [])))];
  // The first counts all runs; the others have the best of those that are no task on another.
  const parts = [[], ...Array.from({ length: Math.ceil(fields.length / FIELDS) }, (_, i) => fields.slice(i * FIELDS, (i + 1) * FIELDS))];
  const answers = useQueries({
    queries: parts.map((field) => {
      const asked = { by: ["experiment"], limit: 1000, ...(field.length > 0 ? { field, filter: [NO_TASK] } : {}) };
      return { queryKey: keys.groups(asked), queryFn: () => api.groups(asked), enabled: !experiments.isPending, placeholderData: keepPreviousData };
    }),
  });
  const rows = answers[0]!.data?.items.map((group): ExperimentRow => {
    const name = String(group.by.experiment);
    const by = judged.get(name);
    const spread = by && answers.flatMap((answer) => answer.data?.items.find((one) => one.by.experiment === name)?.fields[fieldOf(by)] ?? [])[0];
    const value = by?.goal === "MIN" ? spread?.min : spread?.max;
    const best = by && value !== undefined && value !== null ? { ...by, value: inDecimals(value, catalogue.data?.metrics.find((one) => one.key === by.key)) } : undefined;
    return { name, runs: group.runs, states: group.states, best };
  });
  return { query: answers.find((answer) => answer.error) ?? answers[0]!, rows };
}

const fieldOf = (by: Pick<Best, "key" | "goal">) => `metrics.${by.key}.${by.goal === "MIN" ? "min" : "max"}`;
