import type { AttemptView, RunView } from "../../api/types";

const FIRST = ["val/top1", "test/top1", "val/loss", "train/top1", "train/loss"];

/** The metric that a run is about: of those it has, the first by custom, else one with a direction. */
export function goalOf(run: Pick<RunView, "summary">): string | undefined {
  const known = Object.keys(run.summary);
  const curves = known.filter((key) => run.summary[key]!.count > 1);
  const pool = curves.length > 0 ? curves : known;
  return (
    FIRST.find((key) => pool.includes(key)) ??
    pool.find((key) => key.startsWith("val/")) ??
    pool.find((key) => run.summary[key]!.goal && !key.startsWith("system/")) ??
    pool.find((key) => !key.startsWith("system/")) ??
    pool[0]
  );
}

/** The metrics worth a tile: the goal, what every run is asked for, then what the judged sets came to; many judged sets push none of the first out. */
export function tilesOf(run: Pick<RunView, "summary">, most = 12): string[] {
  const goal = goalOf(run);
  const keys = Object.keys(run.summary).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const asked = FIRST.filter((key) => keys.includes(key));
  const tests = keys.filter((key) => key.startsWith("test/"));
  return [...new Set([...(goal ? [goal] : []), ...asked, ...tests])].slice(0, most);
}

/** How far a run came, also when it ended badly: what it told itself, or the farthest of its attempts (U-11). */
export function reached(run: Pick<RunView, "step" | "epoch" | "summary">, attempts: readonly AttemptView[]): { step: number; epoch: number | undefined } {
  const told = attempts.map((attempt) => attempt.endStep ?? attempt.startStep);
  const measured = Object.values(run.summary).map((summary) => summary.lastStep ?? 0);
  return { step: Math.max(run.step ?? 0, 0, ...told, ...measured), epoch: run.epoch || undefined };
}

/** Nothing works on the run any more. */
export const hasEnded = (state: RunView["state"]) => ["FINISHED", "PRUNED", "FAILED", "CANCELLED"].includes(state);

/** Whether a task can look at the run: a training that came to its end. */
export const canBeLookedAt = (run: Pick<RunView, "state" | "spec" | "external">) => run.state === "FINISHED" && !run.external && (run.spec.task ?? "train") === "train";
