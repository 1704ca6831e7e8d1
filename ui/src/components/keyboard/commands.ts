import type { LucideIcon } from "lucide-react";
import { useEffect, useRef, useSyncExternalStore } from "react";

/** Something the palette can do. */
export interface Command {
  id: string;
  label: string;
  group: string;
  icon?: LucideIcon;
  keys?: string;
  /** More words it is found by. */
  words?: string;
  run: () => unknown;
}

const held = new Map<string, Command>();
const watchers = new Set<() => void>();
let list: readonly Command[] = [];

function changed(): void {
  list = [...held.values()];
  for (const watcher of watchers) watcher();
}

/** Puts commands into the palette while mounted: a page adds what can be done on it. */
export function useCommands(commands: readonly Command[]): void {
  const newest = useRef(commands);
  useEffect(() => {
    newest.current = commands;
  });
  const signature = commands.map((c) => `${c.id}\t${c.label}`).join("\n");
  useEffect(() => {
    const mine = newest.current;
    for (const command of mine) held.set(command.id, { ...command, run: () => newest.current.find((c) => c.id === command.id)?.run() });
    changed();
    return () => {
      for (const command of mine) held.delete(command.id);
      changed();
    };
  }, [signature]);
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

export function useCommandList(): readonly Command[] {
  return useSyncExternalStore(subscribe, () => list);
}
