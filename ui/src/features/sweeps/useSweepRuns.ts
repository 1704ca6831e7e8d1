import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { type PointView, search } from "../../api/sweepSearch";
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

/** What has a curve where the metric itself is judged once, at the end. */
export const onVal = (metric: string) => metric.replace(/^test\//, "val/");

/** @param so what is there after each page but the last */
async function runsOf(sweep: string, metric: string, so: (some: SweepRuns) => void): Promise<SweepRuns> {
  const runs: RunView[] = [];
  const metrics = new Set<string>();
  let cursor: string | undefined;
  for (;;) {
    const page = await api.runs({ sweep, limit: PAGE, sort: "-createdAt", cursor, metrics: [...new Set([metric, onVal(metric)])] });
    runs.push(...page.items);
    for (const key of page.metrics) metrics.add(key);
    cursor = page.next ?? undefined;
    const some = { runs: runs.slice(0, MARKS), total: page.total, more: page.more, metrics: [...metrics] };
    if (!cursor || page.items.length === 0 || runs.length >= MARKS) return some;
    so(some);
  }
}

/** A point that others carry out, drawn as a run is: it has no page of its own. */
export function runOfPoint(sweep: string, metrics: readonly string[], point: PointView): RunView {
  const state = point.state === "OPEN" ? "RUNNING" : point.state;
  return {
    id: `${sweep}?point=${point.point}`,
    project: "",
    experiment: "",
    sweep,
    index: point.point,
    name: `point ${point.point}`,
    state,
    attempt: 0,
    priority: 0,
    createdAt: point.drawnAt ?? "",
    createdBy: "",
    startedAt: point.askedAt ?? null,
    endedAt: point.toldAt ?? null,
    step: 0,
    epoch: point.epochs ?? 0,
    epochs: 0,
    spec: {},
    params: point.params,
    summary: Object.fromEntries((point.values ?? []).map((value, k) => [metrics[k] ?? "", { last: value, best: value, count: 1, nonFinite: 0 }])),
  };
}

async function pointsOf(sweep: string): Promise<SweepRuns> {
  const { metrics, points } = await search.points(sweep);
  const asked = points.filter((point) => point.askedAt);
  const runs = asked.slice(-MARKS).map((point) => runOfPoint(sweep, metrics, point));
  return { runs, total: asked.length, more: false, metrics };
}

/** @param external its points are carried out elsewhere, and are all there is */
export function useSweepRuns(sweep: string, metric: string, external: boolean) {
  const cache = useQueryClient();
  const queryKey = keys.sweepRuns(sweep, metric);
  return useQuery({
    queryKey,
    queryFn: () => {
      // The first runs are drawn while the others are asked for; what is drawn already stays until all of it is there anew.
      const first = cache.getQueryData(queryKey) === undefined;
      return external ? pointsOf(sweep) : runsOf(sweep, metric, (some) => first && cache.setQueryData(queryKey, some));
    },
  });
}
