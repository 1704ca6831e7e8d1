/**
 * What the service tells while it happens. `data` is small: enough to know what to ask for again. Two are the page's own:
 * `back` (the stream goes on where it broke off) and `resync` (something may have been missed: read anew).
 */
export interface LabEvent {
  type: "run" | "sweep" | "device" | "metric" | "resync" | "ping" | "back";
  data: { id?: string; run?: string; sweep?: string; experiment?: string; kind?: string; state?: string; keys?: string[]; step?: number };
}

export type Liveness = { state: "connecting" } | { state: "live" } | { state: "lost"; since: number } | { state: "silent"; since: number };

const TYPES: readonly LabEvent["type"][] = ["run", "sweep", "device", "metric", "resync", "ping"];
const SILENT_MS = 10_000;
/** A browser tries again by itself while it calls the stream "connecting"; one that takes longer has given up without saying so. */
const STUCK_MS = 4_000;
const CHANNEL = "runyard.events";

type Listener = (event: LabEvent) => void;
interface Message {
  event: LabEvent;
}

/**
 * One stream for all tabs of a browser (a browser opens about six connections to a host): the tab that holds the lock
 * reads the stream and passes it on; when it closes, the next one takes over and everybody reads anew.
 * Without locks (plain http from another host) each tab reads its own.
 */
export class EventStream {
  private readonly listeners = new Set<Listener>();
  private readonly watchers = new Set<() => void>();
  private source: EventSource | null = null;
  private channel: BroadcastChannel | null = null;
  private lastHeard = Date.now();
  private lostAt: number | null = null;
  private status: Liveness = { state: "connecting" };
  private readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  start(): () => void {
    const stop = new AbortController();
    const timer = setInterval(() => this.judge(), 1000);
    this.lastHeard = Date.now();
    if ("locks" in navigator && "BroadcastChannel" in globalThis) {
      this.channel = new BroadcastChannel(CHANNEL);
      this.channel.onmessage = (message: MessageEvent<Message>) => this.heard(message.data.event);
      const held = new Promise<void>((free) => stop.signal.addEventListener("abort", () => free()));
      navigator.locks
        .request(CHANNEL, { signal: stop.signal }, () => {
          this.open();
          return held;
        })
        .catch(() => undefined);
    } else {
      this.open();
    }
    return () => {
      stop.abort();
      clearInterval(timer);
      this.source?.close();
      this.source = null;
      this.channel?.close();
      this.channel = null;
    };
  }

  subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  liveness = (): Liveness => this.status;

  private open(): void {
    this.source?.close();
    const source = new EventSource(this.url);
    this.source = source;
    // A new stream starts at now: what happened in between is read anew. When the browser itself reconnects, it sends
    // Last-Event-ID and the service fills the gap.
    let greeting: LabEvent["type"] = this.status.state === "connecting" ? "ping" : "resync";
    source.onopen = () => {
      this.lostAt = null;
      this.tell({ type: greeting, data: {} });
      greeting = "back";
    };
    source.onerror = () => {
      this.lostAt ??= Date.now();
      if (this.status.state === "live") this.set({ state: "lost", since: this.lastHeard });
    };
    for (const type of TYPES) {
      source.addEventListener(type, (message: MessageEvent<string>) => this.tell({ type, data: parsed(message.data) }));
    }
    source.onmessage = () => this.tell({ type: "ping", data: {} });
  }

  private tell(event: LabEvent): void {
    this.channel?.postMessage({ event } satisfies Message);
    this.heard(event);
  }

  private heard(event: LabEvent): void {
    this.lastHeard = Date.now();
    this.set({ state: "live" });
    for (const listener of this.listeners) listener(event);
  }

  /** Once a second. */
  private judge(): void {
    if (Date.now() - this.lastHeard > SILENT_MS) this.set({ state: "silent", since: this.lastHeard });
    if (!this.source) return;
    // The browser gives up for good after an answer that is no stream.
    const stuck = this.lostAt !== null && Date.now() - this.lostAt > STUCK_MS;
    if (this.source.readyState === EventSource.CLOSED || stuck) {
      this.lostAt = null;
      this.open();
    }
  }

  private set(next: Liveness): void {
    if (next.state === this.status.state) return;
    this.status = next;
    for (const watcher of this.watchers) watcher();
  }
}

function parsed(text: string): LabEvent["data"] {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null ? (data as LabEvent["data"]) : {};
  } catch {
    return {};
  }
}
