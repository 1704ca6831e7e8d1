import { lazy, Suspense, useSyncExternalStore } from "react";

const ConfirmDialog = lazy(() => import("./ConfirmDialog"));

export interface Question {
  title: string;
  /** What happens, and what stays. */
  text: string;
  /** The word on the button that does it: what is done, not "OK". */
  act: string;
  danger?: boolean;
}

let asked: { question: Question; answer: (yes: boolean) => void } | null = null;
/** Most visits are asked nothing. */
let ever = false;
const watchers = new Set<() => void>();

function set(next: typeof asked): void {
  asked = next;
  ever ||= next !== null;
  for (const watcher of watchers) watcher();
}

/** Asks before something that cannot be undone. What can be undone is done at once, with an undo in its toast. */
export function confirm(question: Question): Promise<boolean> {
  asked?.answer(false);
  return new Promise((answer) => set({ question, answer }));
}

export const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** What is asked at the moment. */
export const now = () => asked?.question ?? null;

export function answer(yes: boolean): void {
  asked?.answer(yes);
  set(null);
}

/** Once on the page: draws what `confirm` asks. */
export function Confirm() {
  return useSyncExternalStore(subscribe, () => ever) ? (
    <Suspense>
      <ConfirmDialog />
    </Suspense>
  ) : null;
}
