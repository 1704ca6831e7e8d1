import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Ban, GitCompareArrows, Pause, Play, RotateCcw, X, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/client";
import { placeRun } from "../../api/follow";
import { keys } from "../../api/keys";
import type { RunsScope } from "../../api/paths";
import type { Action, RunView } from "../../api/types";
import { actionsOf } from "../../components/ActionBar";
import { Button } from "../../components/controls/Button";
import { count } from "../../components/format";
import { useGo } from "../../components/navigation";
import { confirm } from "../../components/overlays/confirm";
import { say } from "../../components/overlays/toast";
import css from "./runs.module.css";
import { allRuns } from "./whole";

/** Either these runs, or all that the filter matches. */
export type Selection = { kind: "runs"; ids: ReadonlySet<string> } | { kind: "all"; total: number };

const LOOK: Record<Action, { label: string; done: string; icon: LucideIcon; undo?: Action }> = {
  pause: { label: "Pause", done: "told to pause", icon: Pause, undo: "resume" },
  resume: { label: "Resume", done: "queued again", icon: Play, undo: "pause" },
  retry: { label: "Retry", done: "queued again", icon: RotateCcw },
  cancel: { label: "Cancel", done: "told to stop", icon: Ban },
};
const ORDER: readonly Action[] = ["pause", "resume", "retry", "cancel"];
const AT_ONCE = 6;
/** More at once would say nothing to the eye. */
const COMPARED = 12;

interface Props {
  selection: Selection;
  scope: RunsScope;
  /** Runs of the table that are at hand. */
  loaded: readonly RunView[];
  onClear: () => void;
}

/** What can be asked of the selected runs: only what applies to some of them, with how many. */
export function BulkBar({ selection, scope, loaded, onClear }: Props) {
  const cache = useQueryClient();
  const go = useGo();
  const [busy, setBusy] = useState<Action | null>(null);
  const missing = selection.kind === "all" || [...selection.ids].some((id) => !loaded.some((run) => run.id === id));
  // States of runs that are not at hand are asked for, never assumed.
  const every = useQuery({ queryKey: ["whole", scope], queryFn: () => allRuns(scope), enabled: selection.kind === "all", staleTime: 5_000 });
  const single = useQuery({
    queryKey: ["selected", selection.kind === "runs" ? [...selection.ids].sort() : []],
    queryFn: () => Promise.all(selection.kind === "runs" ? [...selection.ids].map((id) => api.run(id)) : []),
    enabled: selection.kind === "runs" && missing,
  });
  const runs = selection.kind === "all" ? every.data : missing ? single.data : loaded.filter((run) => selection.ids.has(run.id));
  const n = selection.kind === "all" ? (runs?.length ?? selection.total) : selection.ids.size;

  const ask = async (action: Action, on: readonly RunView[]) => {
    setBusy(action);
    const refused: string[] = [];
    const done: RunView[] = [];
    const left = [...on];
    const work = async () => {
      for (let run = left.pop(); run; run = left.pop()) {
        try {
          const now = await api.actOnRun(run.id, action);
          placeRun(cache, now);
          done.push(now);
        } catch (fault) {
          refused.push(`${run.name}: ${fault instanceof Error ? fault.message : String(fault)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    setBusy(null);
    void cache.invalidateQueries({ queryKey: keys.runLists });
    const undo = LOOK[action].undo;
    const detail = refused.length > 0 ? `${count(refused.length)} refused, the first: ${refused[0]}` : undefined;
    say(`${count(done.length)} ${done.length === 1 ? "run" : "runs"} ${LOOK[action].done}`, { ...(detail ? { detail } : {}), ...(undo && done.length > 0 ? { undo: () => ask(undo, done) } : {}) });
  };
  const press = async (action: Action, on: readonly RunView[]) => {
    const sure = action !== "cancel" || (await confirm({ title: `Cancel ${count(on.length)} ${on.length === 1 ? "run" : "runs"}?`, text: "They stop at once and keep their checkpoints; they can be retried.", act: "Cancel them", danger: true }));
    if (sure) await ask(action, on);
  };

  return (
    <div className={css.bulk} role="region" aria-label="Selected runs">
      <strong className="num" role="status">
        {count(n)} selected{selection.kind === "all" ? ": all that match" : ""}
      </strong>
      {ORDER.map((action) => {
        const on = (runs ?? []).filter((run) => actionsOf(run.state).includes(action));
        if (on.length === 0) return null;
        const { label, icon } = LOOK[action];
        return (
          <Button key={action} size="s" icon={icon} kind={action === "cancel" ? "danger" : "plain"} disabled={busy !== null} busy={busy === action} onClick={() => void press(action, on)}>
            {label} {on.length < n ? <span className="num">{count(on.length)}</span> : null}
          </Button>
        );
      })}
      {selection.kind === "runs" && selection.ids.size > 1 ? (
        <Button size="s" icon={GitCompareArrows} disabled={selection.ids.size > COMPARED} title={selection.ids.size > COMPARED ? `At most ${COMPARED} runs side by side` : undefined} onClick={() => go(`/compare?${[...selection.ids].map((id) => `run=${id}`).join("&")}`)}>
          Compare
        </Button>
      ) : null}
      {runs === undefined ? <span className="faint">looking at their states…</span> : null}
      <span className="grow" />
      <Button size="s" kind="quiet" icon={X} onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
