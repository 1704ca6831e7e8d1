import { useMutation } from "@tanstack/react-query";
import type { Action } from "../api/types";
import { ProblemNote } from "./Notes";

const LABEL: Record<Action, string> = { pause: "Pause", resume: "Resume", cancel: "Cancel", retry: "Retry" };

const ALLOWED: Record<string, readonly Action[]> = {
  QUEUED: ["pause", "cancel"],
  STARTING: ["pause", "cancel"],
  RUNNING: ["pause", "cancel"],
  PAUSING: ["cancel"],
  PAUSED: ["resume", "cancel"],
  FAILED: ["retry"],
  CANCELLED: ["retry"],
};

/** What a person may ask of a run in this state; the service has the last word. */
export function actionsOf(state: string): readonly Action[] {
  return ALLOWED[state] ?? [];
}

interface Props {
  actions: readonly Action[];
  what: string;
  /** Resolves when the service has taken it; what it became is shown from its answer, never guessed. */
  act: (action: Action) => Promise<unknown>;
}

export function ActionBar({ actions, what, act }: Props) {
  const asked = useMutation({ mutationFn: act });
  const ask = (action: Action) => {
    if (action === "cancel" && !confirm(`Cancel ${what}? Its checkpoints stay.`)) return;
    asked.mutate(action);
  };
  return (
    <div className="actions">
      {actions.map((action) => (
        <button
          key={action}
          type="button"
          className={action === "cancel" ? "danger" : undefined}
          disabled={asked.isPending}
          onClick={() => ask(action)}
        >
          {LABEL[action]}
        </button>
      ))}
      {asked.isPending ? (
        <span className="faint" role="status">
          asking for {asked.variables}…
        </span>
      ) : null}
      {asked.error ? <ProblemNote error={asked.error} /> : null}
    </div>
  );
}
