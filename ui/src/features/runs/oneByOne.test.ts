import { expect, test } from "vitest";
import { OneByOne } from "./oneByOne";

test("one begins when the one before has ended, and what was taken back meanwhile is never begun", async () => {
  const line = new OneByOne();
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () =>
    new Promise<string>((end) => {
      begun.push(name);
      ends.set(name, () => end(name));
    });
  const left = new AbortController();
  const stays = new AbortController().signal;
  const first = line.next(work("first"), stays);
  const second = line.next(work("second"), left.signal);
  const third = line.next(work("third"), stays);
  await Promise.resolve();
  expect(begun).toEqual(["first"]);
  left.abort();
  ends.get("first")!();
  expect(await first).toBe("first");
  await expect(second).rejects.toThrow();
  await Promise.resolve();
  expect(begun).toEqual(["first", "third"]);
  ends.get("third")!();
  expect(await third).toBe("third");
});

test("a fault is its own: the next one is done all the same", async () => {
  const line = new OneByOne();
  const signal = new AbortController().signal;
  const fails = line.next(() => Promise.reject(new Error("refused")), signal);
  const next = line.next(() => Promise.resolve(2), signal);
  await expect(fails).rejects.toThrow("refused");
  expect(await next).toBe(2);
});
