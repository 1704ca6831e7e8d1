// @vitest-environment jsdom
import { type InfiniteData, InfiniteQueryObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { aRun } from "../testing/samples";
import { api } from "./client";
import type { EventStream, LabEvent } from "./events";
import { canMatch, follow } from "./follow";
import { keys } from "./keys";
import type { RunsQuery } from "./paths";
import type { RunsPage } from "./types";

const change = { run: "1", experiment: "a", sweep: undefined, pointsOnly: false };

describe("whether a change can matter to a question over runs", () => {
  test.each([
    [{}, change, true],
    [{ experiment: "a" }, change, true],
    [{ experiment: "b" }, change, false],
    [{ ids: ["1", "2"] }, change, true],
    [{ ids: ["2"] }, change, false],
    [{ experiment: "b" }, { ...change, experiment: undefined }, true],
    [{ sweep: "s" }, change, false],
    [{ sweep: "s" }, { ...change, sweep: "s" }, true],
    [{}, { ...change, pointsOnly: true }, false],
    [{ sort: "-metrics.val/top1.best" }, { ...change, pointsOnly: true }, true],
    [{ filter: ["metrics.val/top1 > 80"] }, { ...change, pointsOnly: true }, true],
    [{ filter: ["params.seed = 0"] }, { ...change, pointsOnly: true }, false],
  ])("%o by %o: %s", (scope, by, matters) => expect(canMatch(scope, by)).toBe(matters));
});

describe("the stream", () => {
  let tell: (event: LabEvent) => void = () => undefined;
  let stop: () => void = () => undefined;
  const stream = { subscribe: (listener: (event: LabEvent) => void) => ((tell = listener), () => undefined) } as unknown as EventStream;
  let lists = vi.spyOn(api, "runs");
  let single = vi.spyOn(api, "run");
  let cache = new QueryClient();
  const leave: (() => void)[] = [];

  const shown = async (query: RunsQuery, runs: RunsPage["items"]) => {
    lists.mockImplementation(() => Promise.resolve({ items: runs, total: runs.length, more: false, metrics: [] }));
    const observer = new InfiniteQueryObserver(cache, { queryKey: keys.runs(query), queryFn: () => api.runs(query), initialPageParam: "", getNextPageParam: () => undefined, staleTime: Infinity });
    leave.push(observer.subscribe(() => undefined));
    await vi.advanceTimersByTimeAsync(10);
    lists.mockClear();
  };

  beforeEach(() => {
    vi.useFakeTimers();
    lists = vi.spyOn(api, "runs");
    single = vi.spyOn(api, "run");
    cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    stop = follow(stream, cache);
  });

  afterEach(() => {
    stop();
    for (const one of leave.splice(0)) one();
    cache.clear();
    vi.useRealTimers();
  });

  test("20 runs that train elsewhere for a minute cost an open list nothing (U-23)", async () => {
    await shown({ experiment: "mine" }, [aRun({ experiment: "mine" })]);
    for (let second = 0; second < 60; second++) {
      for (let i = 0; i < 20; i++) tell({ type: "metric", data: { run: `other-${i}`, experiment: "elsewhere", keys: ["train/loss"], step: second } });
      if (second % 10 === 0) tell({ type: "run", data: { id: `other-${second}`, experiment: "elsewhere", state: "FINISHED" } });
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(lists).not.toHaveBeenCalled();
    expect(single).not.toHaveBeenCalled();
  });

  test("a row that is shown is patched where it stands", async () => {
    const run = aRun();
    await shown({}, [run]);
    single.mockResolvedValue({ ...run, step: 200 });
    tell({ type: "metric", data: { run: run.id, keys: ["train/loss"], step: 200 } });
    await vi.advanceTimersByTimeAsync(2_100);
    expect(single).toHaveBeenCalledOnce();
    expect(cache.getQueryData<InfiniteData<RunsPage>>(keys.runs({}))?.pages[0]?.items[0]?.step).toBe(200);
    expect(lists).not.toHaveBeenCalled();
  });

  test("a run that appears in the list's experiment is read with the list, at most every four seconds", async () => {
    await shown({ experiment: "mine" }, []);
    for (let i = 0; i < 10; i++) {
      tell({ type: "run", data: { id: `new-${i}`, experiment: "mine", state: "QUEUED" } });
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(lists.mock.calls.length).toBeGreaterThanOrEqual(2);
    expect(lists.mock.calls.length).toBeLessThanOrEqual(4);
  });

  test("an answer that takes longer than changes take to come is waited for, and asked for once more after the last of them", async () => {
    await shown({ experiment: "mine" }, []);
    let answered = 0;
    lists.mockImplementation(async () => {
      await new Promise((done) => setTimeout(done, 9_000));
      answered += 1;
      return { items: [], total: answered, more: false, metrics: [] };
    });
    for (let second = 0; second < 30; second++) {
      tell({ type: "run", data: { id: `new-${second}`, experiment: "mine", state: "QUEUED" } });
      await vi.advanceTimersByTimeAsync(1000);
    }
    // None that was begun was for nothing.
    expect(answered).toBeGreaterThanOrEqual(2);
    expect(lists.mock.calls.length - answered).toBeLessThanOrEqual(1);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(lists.mock.calls.length).toBe(answered);
    expect(cache.getQueryData<InfiniteData<RunsPage>>(keys.runs({ experiment: "mine" }))?.pages[0]?.total).toBe(answered);
  });

  test("the menu of experiments has a new one when a sweep of it is queued (U-21)", async () => {
    const read = vi.fn(() => Promise.resolve([]));
    const observed = new QueryObserver(cache, { queryKey: keys.experiments, queryFn: read, staleTime: Infinity });
    leave.push(observed.subscribe(() => undefined));
    await vi.advanceTimersByTimeAsync(10);
    read.mockClear();
    tell({ type: "sweep", data: { id: "s", experiment: "brand-new", state: "RUNNING" } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(read).toHaveBeenCalledOnce();
    // A single run makes one too.
    tell({ type: "run", data: { id: "r", experiment: "newer", state: "QUEUED" } });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(read).toHaveBeenCalledTimes(2);
  });

  test("back after a restart, what failed is asked for at once, and only that (U-07)", async () => {
    await shown({}, [aRun()]);
    lists.mockRejectedValueOnce(new Error("away"));
    await cache.refetchQueries({ queryKey: keys.runs({}) });
    expect(cache.getQueryState(keys.runs({}))?.status).toBe("error");
    lists.mockClear();
    tell({ type: "back", data: {} });
    await vi.advanceTimersByTimeAsync(10);
    expect(lists).toHaveBeenCalledOnce();
    expect(cache.getQueryState(keys.runs({}))?.status).toBe("success");
    tell({ type: "back", data: {} });
    await vi.advanceTimersByTimeAsync(10);
    expect(lists).toHaveBeenCalledOnce();
  });

  test("what is worked out from a whole sweep is not read anew with each of its events", async () => {
    const read = vi.fn(() => Promise.resolve(1));
    const observed = new QueryObserver(cache, { queryKey: keys.insight("s", "importance"), queryFn: read });
    leave.push(observed.subscribe(() => undefined));
    await vi.advanceTimersByTimeAsync(10);
    read.mockClear();
    for (let second = 0; second < 40; second++) {
      tell({ type: "run", data: { id: `r-${second}`, sweep: second % 2 ? "s" : "other", state: "RUNNING" } });
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(read.mock.calls.length).toBeGreaterThanOrEqual(2);
    expect(read.mock.calls.length).toBeLessThanOrEqual(3);
  });
});
