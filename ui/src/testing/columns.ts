import type { Columns } from "../api/sweepSearch";
import type { RunView } from "../api/types";

const moment = (text: string | null | undefined) => (text ? Date.parse(text) : null);

/** Runs as the service hands them out for the plots of a sweep, all on one page. */
export function columnsOf(runs: readonly RunView[], metrics: readonly string[]): Columns {
  const paths = [...new Set(runs.flatMap((run) => Object.keys(run.params)))];
  const goalOf = (metric: string) => runs.map((run) => run.summary[metric]?.goal).find(Boolean);
  return {
    total: runs.length,
    ids: runs.map((run) => run.id),
    indexes: runs.map((run, i) => run.index ?? i),
    runs: runs.map((run) => run.name),
    states: runs.map((run) => run.state),
    attempts: runs.map((run) => run.attempt),
    epochs: runs.map((run) => run.epochs ?? 0),
    steps: runs.map((run) => run.steps ?? null),
    startedAt: runs.map((run) => moment(run.startedAt)),
    endedAt: runs.map((run) => moment(run.endedAt)),
    deviceSeconds: runs.map((run) => run.deviceSeconds ?? null),
    params: Object.fromEntries(paths.map((path) => [path, runs.map((run) => run.params[path] ?? null)])),
    metrics: metrics.map((metric) => ({
      metric,
      goal: goalOf(metric) ?? null,
      last: runs.map((run) => run.summary[metric]?.last ?? null),
      best: runs.map((run) => run.summary[metric]?.best ?? null),
      count: runs.map((run) => run.summary[metric]?.count ?? null),
    })),
    failures: runs.flatMap((run, at) => (run.state === "FAILED" ? [{ at }] : [])),
    names: [...metrics],
  };
}
