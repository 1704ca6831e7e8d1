import { useSyncExternalStore } from "react";
import { keep, kept } from "./kept";
import { say } from "./overlays/toast";

/** What this browser wants to be told about when it ends. */
export interface Watched {
  kind: "run" | "sweep";
  id: string;
  name: string;
}

const NAME = "watched";
const MOST = 100;
const watchers = new Set<() => void>();
let list: readonly Watched[] = kept<Watched[]>(NAME, []);

function set(next: readonly Watched[]): void {
  list = next.slice(-MOST);
  keep(NAME, list.length > 0 ? list : undefined);
  for (const watcher of watchers) watcher();
}

// Another tab has begun, or ended, watching.
globalThis.addEventListener?.("storage", (event: StorageEvent) => {
  if (event.key?.endsWith(`.${NAME}`)) {
    list = kept<Watched[]>(NAME, []);
    for (const watcher of watchers) watcher();
  }
});

export const watched = () => list;
export const forget = (id: string) => set(list.filter((one) => one.id !== id));

/**
 * Begins to watch. The browser is asked once whether it may notify; where it may not, the page itself says so while it is open.
 */
export async function watch(what: Watched): Promise<void> {
  set([...list.filter((one) => one.id !== what.id), what]);
  const may = "Notification" in globalThis ? (Notification.permission === "default" ? await Notification.requestPermission() : Notification.permission) : "denied";
  say(may === "granted" ? `You will be told when ${what.name} ends` : `This page will tell when ${what.name} ends`, {
    ...(may === "granted" ? {} : { detail: "The browser may not notify: keep the page open. Its settings for this site can allow it." }),
    undo: () => forget(what.id),
  });
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

export function useWatched(): readonly Watched[] {
  return useSyncExternalStore(subscribe, () => list);
}

/** Tells that something ended: by the browser where it may (one for all tabs), and on the page. */
export function tellEnd({ id, name, kind }: Watched, became: string): void {
  const text = `${name} ${became}`;
  say(text, became === "finished" || became === "complete" ? {} : { tone: "warn" });
  if (!("Notification" in globalThis) || Notification.permission !== "granted") return;
  const note = new Notification(text, { tag: id, icon: "/favicon.svg", body: kind === "sweep" ? "The sweep has ended." : "The run has ended." });
  note.onclick = () => {
    window.focus();
    location.assign(kind === "sweep" ? `/sweeps/${id}` : `/runs/${id}`);
  };
}
