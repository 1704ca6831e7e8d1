import type { ChartRun } from "../../charts/ChartGrid";
import type { RunView } from "../../api/types";

/** A run as its charts know it. */
export function chartRun(run: RunView): ChartRun {
  return {
    id: run.id,
    label: run.name,
    summary: run.summary,
    start: run.startedAt ? Date.parse(run.startedAt) : undefined,
    stepsPerEpoch: run.steps && run.epochs ? run.steps / run.epochs : undefined,
  };
}
