/** What the service tells while it happens. `data` is small: enough to know what to ask for again. */
export interface LabEvent {
  type: "run" | "sweep" | "device" | "metric" | "resync" | "ping";
  data: { id?: string; run?: string; sweep?: string; state?: string; keys?: string[]; step?: number };
}

export type Liveness = { state: "connecting" } | { state: "live" } | { state: "silent"; since: number };

const TYPES: readonly LabEvent["type"][] = ["run", "sweep", "device", "metric", "resync", "ping"];
const SILENT_MS = 10_000;
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
      this.tell({ type: greeting, data: {} });
      greeting = "ping";
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

  private judge(): void {
    if (Date.now() - this.lastHeard <= SILENT_MS) return;
    this.set({ state: "silent", since: this.lastHeard });
    // The browser gives up for good after an answer that is no stream.
    if (this.source?.readyState === EventSource.CLOSED) this.open();
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
