import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SeriesAnswer, SeriesAsked, SeriesView } from "../api/series";
import { SeriesStore } from "./store";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const nothing = () => undefined;
const run = "r1";

/** Answers as the service does: whole curves at first, with a cursor only what came since. */
function service() {
  let steps = 3;
  let fails = 0;
  const asked: SeriesAsked[] = [];
  const of = (from: number, to: number, pair: { run: string; key: string }, exact = true): SeriesView => {
    const all = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
    return { ...pair, points: to, nonFinite: 0, exact, steps: all, times: all.map((s) => s * 1e6), last: all, ...(exact ? {} : { min: all, max: all }) };
  };
  const source = (body: SeriesAsked): Promise<SeriesAnswer> => {
    asked.push(body);
    if (fails-- > 0) return Promise.reject(new Error("away"));
    // A cursor of another question is none.
    const question = JSON.stringify([body.series, body.buckets]);
    const [of2, at] = body.since ? (JSON.parse(body.since) as [string, number]) : ["", 0];
    const goesOn = of2 === question;
    const series = body.series.map((pair) => ({ ...of(body.from ?? (goesOn ? at : 0), steps, pair, !pair.key.startsWith("long")), reset: !goesOn }));
    return Promise.resolve({ series, cursor: JSON.stringify([question, steps]) });
  };
  return { asked, source, grow: (to: number) => (steps = to), failNext: () => (fails = 1) };
}

test("200 keys in sight are one request, and those out of sight none (U-24)", async () => {
  const { asked, source } = service();
  const store = new SeriesStore(source);
  for (let i = 0; i < 200; i++) store.watch({ run, key: `k${i}` }, nothing);
  await vi.advanceTimersByTimeAsync(20);
  expect(asked).toHaveLength(1);
  expect(asked[0]!.series).toHaveLength(200);
});

test("more pairs than a request may name are several requests", async () => {
  const { asked, source } = service();
  const store = new SeriesStore(source);
  for (let i = 0; i < 401; i++) store.watch({ run, key: `k${i}` }, nothing);
  await vi.advanceTimersByTimeAsync(20);
  expect(asked.map((body) => body.series.length)).toEqual([400, 1]);
});

test("events of a second ask once, with the cursor, for what is in sight and named", async () => {
  const { asked, source, grow } = service();
  const store = new SeriesStore(source);
  const told = vi.fn();
  store.watch({ run, key: "a" }, told);
  store.watch({ run, key: "b" }, nothing);
  store.watch({ run: "r2", key: "a" }, nothing);
  await vi.advanceTimersByTimeAsync(20);
  grow(5);
  for (let i = 0; i < 10; i++) store.measured(run, ["a"]);
  await vi.advanceTimersByTimeAsync(1100);
  expect(asked).toHaveLength(2);
  // The same question, with its cursor: what did not change costs nothing.
  expect(asked[1]!.series).toEqual(asked[0]!.series);
  expect(asked[1]!.since).toContain("3]");
  expect(store.get({ run, key: "a" }).series?.steps).toEqual([0, 1, 2, 3, 4]);
  grow(6);
  store.measured(run);
  await vi.advanceTimersByTimeAsync(1100);
  expect(asked).toHaveLength(3);
  expect(store.get({ run, key: "b" }).series?.steps).toEqual([0, 1, 2, 3, 4, 5]);
});

test("a chart that comes into sight again catches up", async () => {
  const { source, grow } = service();
  const store = new SeriesStore(source);
  const leave = store.watch({ run, key: "a" }, nothing);
  await vi.advanceTimersByTimeAsync(20);
  leave();
  grow(9);
  store.measured(run, ["a"]);
  await vi.advanceTimersByTimeAsync(2000);
  store.watch({ run, key: "a" }, nothing);
  await vi.advanceTimersByTimeAsync(2000);
  expect(store.get({ run, key: "a" }).series?.steps).toHaveLength(9);
});

test("charts that came into sight one after the other are soon followed by one question", async () => {
  const { asked, source, grow } = service();
  const store = new SeriesStore(source);
  for (let i = 0; i < 6; i++) {
    store.watch({ run, key: `k${i}` }, nothing);
    await vi.advanceTimersByTimeAsync(20);
  }
  expect(asked).toHaveLength(6);
  for (let round = 1; round <= 3; round++) {
    grow(3 + round);
    store.measured(run);
    await vi.advanceTimersByTimeAsync(1100);
    expect(asked).toHaveLength(6 + round);
  }
  expect(asked[8]!.series).toHaveLength(6);
  expect(asked[8]!.since).toBeDefined();
  for (let i = 0; i < 6; i++) expect(store.get({ run, key: `k${i}` }).series?.steps).toEqual([0, 1, 2, 3, 4, 5]);
});

test("a zoom reads only coarse curves anew, all together, and keeps the whole", async () => {
  const { asked, source } = service();
  const store = new SeriesStore(source);
  store.watch({ run, key: "long/a" }, nothing);
  store.watch({ run, key: "long/b" }, nothing);
  store.watch({ run, key: "short" }, nothing);
  await vi.advanceTimersByTimeAsync(20);
  store.zoom({ from: 1, to: 2 });
  await vi.advanceTimersByTimeAsync(20);
  expect(asked[1]).toMatchObject({ from: 1, to: 2, series: [{ key: "long/a" }, { key: "long/b" }] });
  expect(store.get({ run, key: "long/a" })).toMatchObject({ series: { steps: [0, 1, 2] }, fine: { steps: [1, 2] } });
  store.zoom(undefined);
  expect(store.get({ run, key: "long/a" }).fine).toBeUndefined();
});

test("a failure is told, leaves older curves in sight, and is asked again (U-07)", async () => {
  const { source, failNext, asked } = service();
  const store = new SeriesStore(source);
  failNext();
  store.watch({ run, key: "a" }, nothing);
  await vi.advanceTimersByTimeAsync(20);
  expect(store.get({ run, key: "a" }).fault).toBeInstanceOf(Error);
  store.reset();
  await vi.advanceTimersByTimeAsync(20);
  expect(store.get({ run, key: "a" })).toMatchObject({ fault: undefined, series: { steps: [0, 1, 2] } });
  expect(asked).toHaveLength(2);
});

test("a new attempt reads its run anew; an answer from before that is not taken", async () => {
  const { source, asked } = service();
  const store = new SeriesStore(source);
  store.watch({ run, key: "a" }, nothing);
  store.watch({ run: "r2", key: "a" }, nothing);
  await vi.advanceTimersByTimeAsync(20);
  store.reset(run);
  await vi.advanceTimersByTimeAsync(20);
  expect(asked[1]!.series).toEqual([{ run, key: "a" }]);
  store.withGhosts(true);
  await vi.advanceTimersByTimeAsync(20);
  expect(asked[2]).toMatchObject({ ghosts: true });
  expect(asked[2]!.series).toHaveLength(2);
});

test("an answer that a reset of another run overtakes is asked for again, and a closed store asks nothing", async () => {
  const { asked, source } = service();
  const store = new SeriesStore(source);
  store.watch({ run, key: "a" }, nothing);
  const leave = store.watch({ run: "r2", key: "a" }, nothing);
  vi.advanceTimersByTime(15);
  store.reset("r2");
  await vi.advanceTimersByTimeAsync(50);
  expect(store.get({ run, key: "a" }).series?.steps).toEqual([0, 1, 2]);
  const before = asked.length;
  leave();
  store.watch({ run, key: "b" }, nothing);
  store.close();
  await vi.advanceTimersByTimeAsync(2000);
  expect(asked).toHaveLength(before);
  // Shown again, as React's strict mode does.
  store.watch({ run, key: "c" }, nothing);
  await vi.advanceTimersByTimeAsync(50);
  expect(store.get({ run, key: "c" }).series?.steps).toEqual([0, 1, 2]);
});
