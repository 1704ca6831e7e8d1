import type { RunView } from "../api/types";

/** A run as the service shows one. */
export function aRun(part: Partial<RunView> = {}): RunView {
  return {
    id: "0f000001-3c1a-4b7e-9f00-000000007919",
    project: "default",
    experiment: "shapes-prompts",
    name: "shapes-prompts-000",
    state: "RUNNING",
    attempt: 1,
    priority: 0,
    createdAt: "2026-01-01T00:00:00Z",
    createdBy: "local",
    step: 160,
    steps: 320,
    epoch: 10,
    epochs: 20,
    spec: { dataset: { id: "shapes" }, method: { kind: "pgn", prompts: 4 }, seed: 0 },
    params: { "method.prompts": 4, seed: 0 },
    summary: { "val/top1": { last: 80.5, best: 81.25, bestStep: 144, count: 10, nonFinite: 0 } },
    ...part,
  };
}
