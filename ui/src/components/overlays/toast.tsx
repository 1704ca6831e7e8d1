import { lazy, Suspense, useSyncExternalStore } from "react";
import { toProblem } from "../../api/problem";

const Toaster = lazy(() => import("./Toaster"));

interface Said {
  text: string;
  detail: string | undefined;
  tone: "good" | "warn" | "bad";
  undo: (() => unknown) | undefined;
  /** How long it stays where there is something to read or to reach for. */
  undoMs: number;
}

const LONG_MS = 10_000;
const waiting: Said[] = [];
const watchers = new Set<() => void>();
let wanted = false;
let show: ((said: Said) => void) | null = null;

function tell(said: Said): void {
  if (show) {
    show(said);
    return;
  }
  waiting.push(said);
  wanted = true;
  for (const watcher of watchers) watcher();
}

/** What draws toasts is there: it gets those that wait, and all that follow. @returns how it says that it is gone */
export function deliver(to: (said: Said) => void): () => void {
  show = to;
  for (const said of waiting.splice(0)) to(said);
  return () => {
    show = null;
  };
}

/** Says that something was done. @param undo takes it back; offered for ten seconds */
export function say(text: string, options: { detail?: string; undo?: () => unknown; tone?: "good" | "warn" } = {}): void {
  tell({ text, detail: options.detail, tone: options.tone ?? "good", undo: options.undo, undoMs: LONG_MS });
}

/** Says that something was refused or failed: why, and what to do. */
export function sayProblem(what: string, error: unknown): void {
  const problem = toProblem(error);
  tell({ text: what, detail: [problem.message, problem.remedyOnce].filter(Boolean).join(" "), tone: "bad", undo: undefined, undoMs: LONG_MS });
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** Once on the page. */
export function Toasts() {
  return useSyncExternalStore(subscribe, () => wanted) ? (
    <Suspense>
      <Toaster />
    </Suspense>
  ) : null;
}
