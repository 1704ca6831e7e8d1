import { describe, expect, test } from "vitest";
import type { Value } from "./series";
import { smooth as smoothed } from "./smooth";

const smooth = (...asked: Parameters<typeof smoothed>) => Array.from<Value>(smoothed(...asked));

const steps = (n: number, every = 1) => Array.from({ length: n }, (_, i) => i * every);
const noisy = (n: number) => Array.from({ length: n }, (_, i) => Math.sin(i / 40) + (((i * 7919) % 13) - 6) / 10);

test("no weight, no method or too few points: the values as they are", () => {
  expect(smooth("ema", [0, 1, 2], [1, 2, 3], 0)).toEqual([1, 2, 3]);
  expect(smooth("none", [0, 1, 2], [1, 2, 3], 0.9)).toEqual([1, 2, 3]);
  expect(smooth("ema", [0, 1], [1, 2], 0.9)).toEqual([1, 2]);
});

describe.each(["ema", "gaussian"] as const)("%s", (method) => {
  test("a constant stays, also at its ends", () => {
    for (const value of smooth(method, steps(50), Array<number>(50).fill(4), 0.95)) expect(value).toBeCloseTo(4, 9);
  });

  test("gaps stay gaps and pull nothing", () => {
    const out = smooth(method, steps(5), [2, null, 2, null, 2], 0.9);
    expect(out.map((v) => v === null)).toEqual([false, true, false, true, false]);
    for (const v of out) if (v !== null) expect(v).toBeCloseTo(2, 9);
  });

  test("more weight, calmer line", () => {
    const rough = (line: Value[]) => line.slice(1).reduce<number>((sum, v, i) => sum + Math.abs(v! - line[i]!), 0);
    const values = noisy(400);
    expect(rough(smooth(method, steps(400), values, 0.9))).toBeLessThan(rough(smooth(method, steps(400), values, 0.5)));
  });

  test("finer grain in one stretch does not change the line outside it, nor by much inside (U-02)", () => {
    const n = 4000;
    const all = steps(n);
    const truth = all.map((s) => Math.sin(s / 300));
    const coarse = all.filter((s) => s % 4 === 3);
    // As a zoom splices it: every point from 2000 to 2400, every fourth elsewhere.
    const spliced = all.filter((s) => s % 4 === 3 || (s >= 2000 && s < 2400));
    const line = smooth(method, coarse, coarse.map((s) => truth[s]!), 0.95);
    const fine = smooth(method, spliced, spliced.map((s) => truth[s]!), 0.95);
    for (const [i, s] of coarse.entries()) expect(Math.abs(line[i]! - fine[spliced.indexOf(s)]!)).toBeLessThan(0.02);
  });
});

test("with few points it is the well-known moving average", () => {
  const out = smooth("ema", steps(4), [1, 2, 3, 4], 0.5);
  expect(out[0]).toBeCloseTo(1);
  expect(out[1]).toBeCloseTo((0.5 * 0.5 * 1 + 0.5 * 2) / 0.75);
});

test("gaussian looks both ways: a symmetric peak keeps its place", () => {
  const values = steps(101).map((s) => Math.max(0, 10 - Math.abs(s - 50)));
  const out = smooth("gaussian", steps(101), values, 0.9);
  expect(out.indexOf(Math.max(...(out as number[])))).toBe(50);
  expect(out[40]).toBeCloseTo(out[60]!, 9);
});

test("a smoothing step of ten charts with ten runs each is quick", () => {
  const all = steps(1600);
  const values = noisy(1600);
  const round = () => {
    const before = process.cpuUsage();
    for (let i = 0; i < 100; i++) smooth(i % 2 ? "ema" : "gaussian", all, values, 0.9);
    return process.cpuUsage(before).user / 1000;
  };
  // Processor time, so that a busy machine does not count; the best of five leaves out compiling.
  expect(Math.min(...Array.from({ length: 5 }, round))).toBeLessThan(50);
});
