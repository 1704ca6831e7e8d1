// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EventStream, type LabEvent } from "./events";

/** Stands in for the browser's stream. */
class Source extends EventTarget {
  static readonly CLOSED = 2;
  static made: Source[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: (() => void) | null = null;
  onerror: (() => void) | null = null;
  constructor() {
    super();
    Source.made.push(this);
  }
  close() {
    this.readyState = Source.CLOSED;
  }
  say(type: string, data: string) {
    this.dispatchEvent(new MessageEvent(type, { data }));
  }
}

let stop: () => void = () => undefined;

beforeEach(() => {
  vi.useFakeTimers();
  Source.made = [];
  vi.stubGlobal("EventSource", Source);
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

function started() {
  const stream = new EventStream("/api/v1/events");
  const heard: LabEvent[] = [];
  stream.subscribe((event) => heard.push(event));
  stop = stream.start();
  const source = Source.made[0]!;
  source.onopen?.();
  return { stream, heard, source };
}

test("events arrive with their data; broken data is no event's end", () => {
  const { heard, source, stream } = started();
  source.say("run", '{"id":"a","state":"RUNNING"}');
  source.say("metric", "{broken");
  expect(heard.slice(1)).toEqual([
    { type: "run", data: { id: "a", state: "RUNNING" } },
    { type: "metric", data: {} },
  ]);
  expect(stream.liveness()).toEqual({ state: "live" });
});

test("silence of more than 10 s is told with the time of the last event, and ends with the next one", () => {
  const { stream, source } = started();
  const last = Date.now();
  vi.advanceTimersByTime(10_000);
  expect(stream.liveness().state).toBe("live");
  vi.advanceTimersByTime(2_000);
  expect(stream.liveness()).toEqual({ state: "silent", since: last });
  source.say("ping", "{}");
  expect(stream.liveness()).toEqual({ state: "live" });
});

test("a stream that the browser gave up is opened again within two seconds, and all is read anew", () => {
  const { heard, source, stream } = started();
  source.close();
  source.onerror?.();
  expect(stream.liveness().state).toBe("lost");
  vi.advanceTimersByTime(2_000);
  expect(Source.made.length).toBeGreaterThan(1);
  Source.made.at(-1)!.onopen?.();
  expect(heard.at(-1)).toEqual({ type: "resync", data: {} });
  expect(stream.liveness().state).toBe("live");
});

test("a stream that the browser itself mends says so, for what failed meanwhile", () => {
  const { heard, source } = started();
  source.onerror?.();
  source.onopen?.();
  expect(heard.at(-1)).toEqual({ type: "back", data: {} });
});

test("a stream that stays broken is not left to the browser", () => {
  const { source, heard } = started();
  source.onerror?.();
  vi.advanceTimersByTime(5_000);
  expect(Source.made.length).toBe(2);
  Source.made[1]!.onopen?.();
  expect(heard.at(-1)).toEqual({ type: "resync", data: {} });
});
