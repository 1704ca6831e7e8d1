import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { RunView } from "../../api/types";

/** More marks than this say nothing to the eye. */
const MARKS = 2000;
const PAGE = 500;

/** @param metrics that runs of the sweep have */
export interface SweepRuns {
  runs: RunView[];
  total: number;
  more: boolean;
  metrics: string[];
}

async function runsOf(sweep: string, metric: string): Promise<SweepRuns> {
  const runs: RunView[] = [];
  const metrics = new Set<string>();
  let cursor: string | undefined;
  for (;;) {
    const page = await api.runs({ sweep, limit: PAGE, sort: "-createdAt", cursor, metrics: [metric] });
    runs.push(...page.items);
    for (const key of page.metrics) metrics.add(key);
    cursor = page.next ?? undefined;
    if (!cursor || page.items.length === 0 || runs.length >= MARKS) {
      return { runs: runs.slice(0, MARKS), total: page.total, more: page.more, metrics: [...metrics] };
    }
  }
}

export function useSweepRuns(sweep: string, metric: string) {
  return useQuery({ queryKey: keys.sweepRuns(sweep, metric), queryFn: () => runsOf(sweep, metric) });
}
