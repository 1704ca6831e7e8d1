import { useQuery, useQueryClient } from "@tanstack/react-query";
import { keys } from "../../api/keys";
import { type Columns, type PointView, search } from "../../api/sweepSearch";
import type { Json, RunView, Summary } from "../../api/types";
import { idOfPoint } from "./view";

/** @param metrics that runs of the sweep have */
export interface SweepRuns {
  /** In the order of the sweep; fewer than `total` while the others are read. */
  runs: RunView[];
  total: number;
  metrics: string[];
}

/** What has a curve where the metric itself is judged once, at the end. */
export const onVal = (metric: string) => metric.replace(/^test\//, "val/");

const moment = (ms: number | null | undefined) => (typeof ms === "number" ? new Date(ms).toISOString() : null);

/** What every run drawn here has: the rest is on its own page. */
const bare = (sweep: string) => ({ project: "", experiment: "", sweep, priority: 0, createdAt: "", createdBy: "", step: null, spec: {} });

/** A portion of columns as runs. */
export function runsOfColumns(sweep: string, page: Columns): RunView[] {
  const params = Object.entries(page.params);
  const failures = new Map(page.failures.map((failure) => [failure.at, failure]));
  return page.ids.map((id, i): RunView => {
    const point: Record<string, Json> = {};
    for (const [path, values] of params) {
      const value = values[i];
      if (value !== null && value !== undefined) point[path] = value;
    }
    const summary: Record<string, Summary> = {};
    for (const { metric, goal, unit, decimals, last, best, count } of page.metrics) {
      if (typeof count[i] !== "number") continue;
      summary[metric] = { last: last[i] as Summary["last"], best: best[i] ?? null, count: count[i]!, nonFinite: 0, goal, unit, decimals } as Summary;
    }
    return {
      ...bare(sweep),
      id,
      index: page.indexes[i]!,
      name: page.runs[i]!,
      state: page.states[i]!,
      reason: failures.get(i)?.reason ?? null,
      message: failures.get(i)?.message ?? null,
      attempt: page.attempts[i]!,
      startedAt: moment(page.startedAt[i]),
      endedAt: moment(page.endedAt[i]),
      deviceSeconds: page.deviceSeconds[i] ?? null,
      steps: page.steps[i] ?? null,
      epochs: page.epochs[i]!,
      params: point,
      summary,
    };
  });
}

/** @param so what is there after each portion but the last */
async function runsOf(sweep: string, metric: string, so: (some: SweepRuns) => void, signal: AbortSignal): Promise<SweepRuns> {
  const asked = [...new Set([metric, onVal(metric)])];
  let all: SweepRuns = { runs: [], total: 0, metrics: [] };
  let after: number | undefined;
  for (;;) {
    const page = await search.columns(sweep, asked, after);
    all = { runs: [...all.runs, ...runsOfColumns(sweep, page)], total: page.total, metrics: page.names ?? all.metrics };
    if (typeof page.next !== "number") return all;
    signal.throwIfAborted();
    so(all);
    after = page.next;
  }
}

/** A point that others carry out, drawn as a run is: it has no page of its own. */
export function runOfPoint(sweep: string, metrics: readonly string[], point: PointView): RunView {
  return {
    ...bare(sweep),
    id: idOfPoint(sweep, point.point),
    index: point.point,
    name: `point ${point.point}`,
    state: point.state === "OPEN" ? "RUNNING" : point.state,
    attempt: 0,
    createdAt: point.drawnAt ?? "",
    startedAt: point.askedAt ?? null,
    endedAt: point.toldAt ?? null,
    epoch: point.epochs ?? 0,
    epochs: 0,
    params: point.params,
    summary: Object.fromEntries((point.values ?? []).map((value, k) => [metrics[k] ?? "", { last: value, best: value, count: 1, nonFinite: 0 }])),
  };
}

async function pointsOf(sweep: string): Promise<SweepRuns> {
  const { metrics, points } = await search.points(sweep);
  const runs = points.filter((point) => point.askedAt).map((point) => runOfPoint(sweep, metrics, point));
  return { runs, total: runs.length, metrics };
}

/** All runs of a sweep. @param external its points are carried out elsewhere, and are all there is */
export function useSweepRuns(sweep: string, metric: string, external: boolean) {
  const cache = useQueryClient();
  const queryKey = keys.sweepRuns(sweep, metric);
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => {
      // The first runs are drawn while the others are asked for; what is drawn already stays until all of it is there anew.
      const drawn = cache.getQueryData<SweepRuns>(queryKey);
      const first = drawn === undefined || drawn.runs.length < drawn.total;
      const so = (some: SweepRuns) => {
        if (first && some.runs.length > (cache.getQueryData<SweepRuns>(queryKey)?.runs.length ?? 0)) cache.setQueryData(queryKey, some);
      };
      return external ? pointsOf(sweep) : runsOf(sweep, metric, so, signal);
    },
  });
}
