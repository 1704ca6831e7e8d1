import { useMutation } from "@tanstack/react-query";
import { Ban, Pause, Play, RotateCcw, type LucideIcon } from "lucide-react";
import type { Action } from "../api/types";
import { Button } from "./controls/Button";
import { usePageActions } from "./keyboard/actions";
import { confirm } from "./overlays/confirm";
import { sayProblem } from "./overlays/toast";

const LOOK: Record<Action, { label: string; icon: LucideIcon }> = {
  pause: { label: "Pause", icon: Pause },
  resume: { label: "Resume", icon: Play },
  retry: { label: "Retry", icon: RotateCcw },
  cancel: { label: "Cancel", icon: Ban },
};

const ALLOWED: Record<string, readonly Action[]> = {
  QUEUED: ["pause", "cancel"],
  STARTING: ["pause", "cancel"],
  RUNNING: ["pause", "cancel"],
  PAUSING: ["cancel"],
  PAUSED: ["resume", "cancel"],
  // What a pruner stopped goes on from its checkpoint, and is left alone from then on.
  PRUNED: ["resume"],
  FAILED: ["retry"],
  CANCELLED: ["retry"],
};

/** What a person may ask of a run in this state; the service has the last word. */
export function actionsOf(state: string, external = false): readonly Action[] {
  // No worker has an external run: to cancel it is to say that it is over.
  if (external) return state === "RUNNING" || state === "PAUSED" ? ["cancel"] : [];
  return ALLOWED[state] ?? [];
}

interface Props {
  actions: readonly Action[];
  what: string;
  /** Resolves when the service has taken it; what it became is shown from its answer, never guessed. */
  act: (action: Action) => Promise<unknown>;
}

/**
 * Each action has its own place, whether it applies or not: what stands under the pointer never becomes another one. Pause and
 * resume share theirs, being each other's undo.
 */
export function ActionBar({ actions, what, act }: Props) {
  const asked = useMutation({ mutationFn: (action: Action) => act(action), onError: (error, action) => sayProblem(`${LOOK[action].label}: ${what}`, error) });
  const ask = async (action: Action) => {
    const sure = action !== "cancel" || (await confirm({ title: `Cancel ${what}?`, text: "It stops at once and keeps its checkpoints; it can be retried.", act: "Cancel it", danger: true }));
    if (sure) asked.mutate(action);
  };
  usePageActions(asked.isPending ? [] : actions.map((action) => ({ label: `${LOOK[action].label}: ${what}`, icon: LOOK[action].icon, run: () => void ask(action) })));
  if (actions.length === 0 && !asked.isPending) return null;
  const places: Action[] = [actions.includes("resume") ? "resume" : "pause", "retry", "cancel"];
  return (
    <div role="group" aria-label={`Ask of ${what}`} style={{ display: "flex", flexWrap: "wrap", gap: 6 }}>
      {places.map((action) => (
        <Button
          key={action}
          icon={LOOK[action].icon}
          kind={action === "cancel" ? "danger" : "plain"}
          disabled={asked.isPending || !actions.includes(action)}
          busy={asked.isPending && asked.variables === action}
          onClick={() => void ask(action)}
        >
          {LOOK[action].label}
        </Button>
      ))}
    </div>
  );
}
