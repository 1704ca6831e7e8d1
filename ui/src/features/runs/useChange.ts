import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client";
import type { BulkAsk, Patch } from "../../api/curating";
import { placeRun, readAllAgain } from "../../api/follow";
import type { RunView } from "../../api/types";
import { count } from "../../components/format";
import { say, sayProblem } from "../../components/overlays/toast";

export interface Change {
  /** The same to many runs. @param words what they are then: "archived". @returns whether it was taken */
  bulk: (ask: BulkAsk, words: string) => Promise<boolean>;
  /** One run. @param words what it is then: "renamed" */
  patch: (run: RunView, patch: Patch, words: string) => Promise<boolean>;
}

/** Changes runs as a person asks for it, says what came of it, and offers to take it back where that can be done. */
export function useChange(): Change {
  const cache = useQueryClient();
  return useMemo(() => ({ bulk: (ask, words) => bulk(cache, ask, words), patch: (run, change, words) => patch(cache, run, change, words) }), [cache]);
}

async function bulk(cache: QueryClient, ask: BulkAsk, words: string): Promise<boolean> {
  try {
    const { done, skipped, skippedTotal, undo } = await api.bulk(ask);
    const first = skipped[0];
    const detail = first ? `${count(skippedTotal)} left as ${skippedTotal === 1 ? "it is" : "they are"}. ${first.name}: ${first.why}` : undefined;
    const said = done === 0 ? "Nothing changed" : `${count(done)} ${done === 1 ? "run" : "runs"} ${words}`;
    say(said, { ...(done === 0 ? { tone: "warn" as const } : {}), detail: detail ?? (done === 0 ? "They were so already." : ""), ...(undo ? { undo: () => bulk(cache, undo, "as before") } : {}) });
    return true;
  } catch (fault) {
    sayProblem("Nothing was changed", fault);
    return false;
  } finally {
    void readAllAgain(cache);
  }
}

async function patch(cache: QueryClient, run: RunView, change: Patch, words: string): Promise<boolean> {
  try {
    const now = await api.patchRun(run.id, change);
    placeRun(cache, now);
    say(`${run.name} ${words}`, { undo: () => patch(cache, now, before(run, change), "as before") });
    void readAllAgain(cache);
    return true;
  } catch (fault) {
    sayProblem(`${run.name} was not changed`, fault);
    return false;
  }
}

/** What undoes a patch of a run that was so. */
export function before(run: RunView, change: Patch): Patch {
  const back: Patch = {};
  if (change.name !== undefined) back.name = run.name;
  if (change.starred !== undefined) back.starred = run.starred ?? false;
  if (change.archived !== undefined) back.archived = run.archived ?? false;
  if (change.priority !== undefined) back.priority = run.priority;
  if (change.experiment !== undefined) back.experiment = run.experiment;
  if (change.tags) back.tags = Object.fromEntries(Object.keys(change.tags).map((key) => [key, run.tags?.[key] ?? null]));
  return back;
}
