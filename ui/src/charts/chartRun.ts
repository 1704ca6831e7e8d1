import type { RunView, Summary } from "../api/types";
import type { Origin } from "./axis";

/** A run as charts know it. */
export interface ChartRun extends Origin {
  id: string;
  label: string;
  summary: Readonly<Record<string, Summary>>;
  /** Runs with one of these are drawn as one line: their mean, with the deviation as a band. */
  group?: string | undefined;
}

export function chartRun(run: RunView): ChartRun {
  return {
    id: run.id,
    label: run.name,
    summary: run.summary,
    start: run.startedAt ? Date.parse(run.startedAt) : undefined,
    stepsPerEpoch: run.steps && run.epochs ? run.steps / run.epochs : undefined,
  };
}

/** When it changes, what is drawn of the runs may have been superseded. */
export const phasesOf = (runs: readonly RunView[]): Record<string, string> => Object.fromEntries(runs.map((run) => [run.id, `${run.attempt} ${run.state}`]));
