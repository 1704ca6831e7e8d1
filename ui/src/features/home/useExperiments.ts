import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { NamedMetric, Spread } from "../../api/overRuns";
import type { RunState } from "../../api/types";
import { metric as inDecimals } from "../../components/format";

export interface ExperimentRow {
  name: string;
  runs: number;
  states: Partial<Record<RunState, number>>;
  /** The metric that most of the lab's runs are judged by, at its better end. */
  best: string | undefined;
}

/** What most labs are judged by, else the first metric of which one end is better. */
function judge(metrics: readonly NamedMetric[]): NamedMetric | undefined {
  const named = (key: string) => metrics.find((one) => one.key === key && one.goal);
  return named("test/top1") ?? named("val/top1") ?? metrics.find((one) => one.goal);
}

function bestOf(spread: Spread | undefined, metric: NamedMetric | undefined): string | undefined {
  const value = metric?.goal === "MIN" ? spread?.min : spread?.max;
  return value === undefined || value === null ? undefined : inDecimals(value, metric);
}

/** Every experiment with its states and its best value, over all of its runs, by one question. */
export function useExperiments() {
  const catalogue = useQuery({ queryKey: keys.catalogue({}), queryFn: () => api.keys({}), staleTime: 60_000 });
  const metric = judge(catalogue.data?.metrics ?? []);
  const field = metric ? [`metrics.${metric.key}.best`] : undefined;
  const asked = { by: ["experiment"], ...(field ? { field } : {}), limit: 1000 };
  const groups = useQuery({ queryKey: keys.groups(asked), queryFn: () => api.groups(asked), enabled: !catalogue.isPending });
  const rows = groups.data?.items.map(
    (group): ExperimentRow => ({ name: String(group.by.experiment), runs: group.runs, states: group.states, best: bestOf(field && group.fields[field[0]!], metric) }),
  );
  return { query: groups, rows, metric };
}
