import type { RunState, SweepView } from "../api/types";

export type Outcome = "running" | "paused" | "complete" | "partly failed" | "failed" | "cancelled" | "empty";

/** What came of a sweep (U-06): as the service says, else from its runs. That all are over says nothing about how. */
export function outcomeOf(sweep: Pick<SweepView, "state" | "states"> & { outcome?: string | null }): Outcome {
  if (sweep.outcome) return sweep.state === "PAUSED" && sweep.outcome === "running" ? "paused" : (sweep.outcome as Outcome);
  if (sweep.state === "PAUSED") return "paused";
  if (sweep.state === "RUNNING") return "running";
  const of = (...states: RunState[]) => states.reduce((sum, state) => sum + (sweep.states[state] ?? 0), 0);
  const good = of("FINISHED", "PRUNED");
  const failed = of("FAILED");
  if (sweep.state === "CANCELLED" || (good + failed === 0 && of("CANCELLED") > 0)) return "cancelled";
  if (good + failed === 0) return "empty";
  return failed === 0 ? "complete" : good === 0 ? "failed" : "partly failed";
}
