import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client";
import type { BulkAsk } from "../../api/curating";
import { placeRun, readAllAgain } from "../../api/follow";
import { order } from "../../api/order";
import type { RunView } from "../../api/types";
import { count } from "../../components/format";
import { say, sayProblem } from "../../components/overlays/toast";

type Flags = { starred?: boolean; pinned?: boolean; archived?: boolean };

export interface Change {
  /** The same to many runs. @param words what they are then: "archived". @returns whether it was taken */
  bulk: (ask: BulkAsk, words: string) => Promise<boolean>;
  /** One run. @param words what it is then: "starred" */
  put: (run: RunView, change: Flags, words: string) => Promise<boolean>;
}

/** Changes runs as a person asks for it, says what came of it, and offers to take it back where that can be done. */
export function useChange(): Change {
  const cache = useQueryClient();
  return useMemo(() => ({ bulk: (ask, words) => bulk(cache, ask, words), put: (run, change, words) => put(cache, run, change, words) }), [cache]);
}

async function bulk(cache: QueryClient, ask: BulkAsk, words: string): Promise<boolean> {
  try {
    const { done, skipped, skippedTotal, undo } = await api.bulk(ask);
    const first = skipped[0];
    const detail = first ? `${count(skippedTotal)} left as ${skippedTotal === 1 ? "it is" : "they are"}. ${first.name}: ${first.why}` : undefined;
    const said = done === 0 ? "Nothing changed" : `${count(done)} ${done === 1 ? "run" : "runs"} ${words}`;
    say(said, { ...(done === 0 ? { tone: "warn" as const } : {}), detail: detail ?? (done === 0 ? "They were so already." : ""), ...(undo && undo.length > 0 ? { undo: () => back(cache, undo, done) } : {}) });
    return true;
  } catch (fault) {
    sayProblem("Nothing was changed", fault);
    return false;
  } finally {
    void readAllAgain(cache);
  }
}

/** Runs had one value or another before: a request for each. */
async function back(cache: QueryClient, asks: readonly BulkAsk[], n: number): Promise<void> {
  try {
    for (const ask of asks) await api.bulk(ask);
    say(`${count(n)} ${n === 1 ? "run" : "runs"} as before`);
  } catch (fault) {
    sayProblem("Not all of it was undone", fault);
  } finally {
    void readAllAgain(cache);
  }
}

async function put(cache: QueryClient, run: RunView, change: Flags, words: string): Promise<boolean> {
  try {
    placeRun(cache, (await order.change("runs", run.id, change)) as RunView);
    const back: Flags = Object.fromEntries(Object.entries(change).map(([flag, on]) => [flag, !on]));
    say(`${run.name} ${words}`, { undo: () => put(cache, run, back, "as before") });
    void readAllAgain(cache);
    return true;
  } catch (fault) {
    sayProblem(`${run.name} was not changed`, fault);
    return false;
  }
}
