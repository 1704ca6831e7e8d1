import type { LucideIcon } from "lucide-react";
import { useEffect, useRef, useSyncExternalStore } from "react";

/** Something that the page in front offers; the palette offers it, too. */
export interface PageAction {
  /** What it does, and to what. */
  label: string;
  icon?: LucideIcon | undefined;
  /** As in `Shortcut`. */
  keys?: string | undefined;
  run: () => unknown;
}

const held = new Set<readonly PageAction[]>();
const watchers = new Set<() => void>();
let list: readonly PageAction[] = [];

function changed(): void {
  list = [...held].flat();
  for (const watcher of watchers) watcher();
}

/** Offers actions while mounted. What can be done at the moment alone: there is no action that is switched off. */
export function usePageActions(actions: readonly PageAction[]): void {
  const newest = useRef(actions);
  useEffect(() => {
    newest.current = actions;
  });
  const signature = actions.map(({ label, keys }) => `${label}\t${keys ?? ""}`).join("\n");
  useEffect(() => {
    const mine = newest.current.map(({ label, icon, keys }, i): PageAction => ({ label, icon, keys, run: () => newest.current[i]?.run() }));
    held.add(mine);
    changed();
    return () => {
      held.delete(mine);
      changed();
    };
  }, [signature]);
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** What the page in front offers now. */
export function useOfferedActions(): readonly PageAction[] {
  return useSyncExternalStore(subscribe, () => list);
}
