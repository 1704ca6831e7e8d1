import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Shortcut {
  /** One chord (`mod+k`, `?`, `j`, `ArrowDown`) or two one after the other (`g r`). */
  keys: string;
  /** What it does, as the list behind `?` says it. */
  label: string;
  /** Heading it stands under there. */
  group: string;
}

interface Held extends Shortcut {
  /** Returning false lets the key be what it is in the browser. */
  run: (event: KeyboardEvent) => unknown;
}

/** How long the second of two keys may take. */
const SEQUENCE_MS = 1200;
const held = new Set<Held>();
const watchers = new Set<() => void>();
let list: readonly Shortcut[] = [];
let pending: { key: string; until: number } | null = null;

function changed(): void {
  list = [...held];
  for (const watcher of watchers) watcher();
}

const writing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && !(target instanceof HTMLInputElement && /^(checkbox|radio|range|button)$/.test(target.type));

/** Menus, lists and dialogs have keys of their own. */
const elsewhere = (target: EventTarget | null) => target instanceof Element && target.closest("[role=dialog],[role=menu],[role=listbox]") !== null;

function chordOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // Signs such as ? and / are typed with shift on some keyboards: there shift is part of the sign.
  const shift = event.shiftKey && (event.key.length > 1 || /\p{L}/u.test(event.key));
  return [event.ctrlKey || event.metaKey ? "mod" : "", event.altKey ? "alt" : "", shift ? "shift" : "", key].filter(Boolean).join("+");
}

/** The newest that wants the key has it, so that a page's own keys stand before the lab's. */
function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const chord = chordOf(event);
  if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const modified = event.ctrlKey || event.metaKey;
  if (!modified && (writing(event.target) || elsewhere(event.target))) return;
  const first = pending && pending.until > Date.now() ? pending.key : null;
  pending = null;
  const candidates = [...held].reverse();
  for (const wanted of first ? [`${first} ${chord}`, chord] : [chord]) {
    for (const shortcut of candidates) {
      if (shortcut.keys === wanted && shortcut.run(event) !== false) {
        event.preventDefault();
        return;
      }
    }
  }
  if (candidates.some((shortcut) => shortcut.keys.startsWith(`${chord} `))) {
    pending = { key: chord, until: Date.now() + SEQUENCE_MS };
    event.preventDefault();
  }
}

/** Binds keys while mounted; keys pressed in text boxes, menus and dialogs are theirs, except with Ctrl or ⌘. */
export function useShortcuts(shortcuts: readonly Held[]): void {
  const newest = useRef(shortcuts);
  useEffect(() => {
    newest.current = shortcuts;
  });
  const signature = shortcuts.map((s) => `${s.keys}\t${s.label}\t${s.group}`).join("\n");
  useEffect(() => {
    const mine = newest.current.map((shortcut, i): Held => ({ keys: shortcut.keys, label: shortcut.label, group: shortcut.group, run: (event) => newest.current[i]?.run(event) }));
    for (const shortcut of mine) held.add(shortcut);
    if (held.size === mine.length) document.addEventListener("keydown", pressed);
    changed();
    return () => {
      for (const shortcut of mine) held.delete(shortcut);
      if (held.size === 0) document.removeEventListener("keydown", pressed);
      changed();
    };
  }, [signature]);
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** What can be pressed now. */
export function useShortcutList(): readonly Shortcut[] {
  return useSyncExternalStore(subscribe, () => list);
}
