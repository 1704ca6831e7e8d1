import { describe, expect, test } from "vitest";
import { bytes, duration, meanStd, metric, number, seeds, some, ticks, value } from "./format";

describe("numbers as they are shown", () => {
  test.each([
    [84.4199, "84.42"],
    [0.8125, "0.8125"],
    [0, "0"],
    [12345, "12,345"],
    [0.0000123, "1.23e-5"],
    [123456789.5, "1.23e8"],
    [NaN, "NaN"],
    [-Infinity, "−∞"],
    [null, "–"],
  ])("%s is %s", (n, text) => expect(number(n)).toBe(text));

  test.each([
    [84.4167, 1.6812, "84.4 ± 1.7"],
    [84.4167, 0.0312, "84.42 ± 0.03"],
    [0.31124, 0.0012, "0.3112 ± 0.0012"],
    [84.4167, null, "84.42"],
    [84, 0, "84 ± 0"],
    [1234.6, 123.4, "1234.6 ± 123.4"],
    [NaN, 1, "NaN"],
    [null, null, "–"],
  ])("mean %s and deviation %s are %s", (mean, std, text) => expect(meanStd(mean, std)).toBe(text));

  test("a metric has its own decimals, unless nothing would be left of it", () => {
    expect(metric(58, { decimals: 2 })).toBe("58.00");
    expect(metric(58, { decimals: 2 }, 1.234)).toBe("58.00 ± 1.23");
    expect(metric(58, { decimals: 2 }, null)).toBe("58.00");
    expect(metric(1e-7, { decimals: 6 })).toBe("1.00e-7");
    expect(metric(0, { decimals: 4 })).toBe("0.0000");
    expect(metric(11_234_567, { decimals: 0 })).toBe("11,234,567");
    expect(metric(58, {})).toBe("58");
  });

  test("what is counted stands in its number", () => {
    expect([some(0, "line"), some(1, "line"), some(1200, "line"), some(2, "box", "boxes")]).toEqual(["0 lines", "1 line", "1,200 lines", "2 boxes"]);
  });

  test("labels of an axis are short and differ", () => {
    expect(ticks([0, 100_000, 200_000])).toEqual(["0", "100k", "200k"]);
    expect(ticks([1.19e9, 1.195e9, 1.2e9])).toEqual(["1.19G", "1.195G", "1.2G"]);
    expect(ticks([0.1, null, 0.2])).toEqual(["0.1", "", "0.2"]);
  });

  test("missing seeds are told", () => {
    expect(seeds(1, 2)).toBe("1/2 seeds");
    expect(seeds(1, 1)).toBe("1/1 seed");
  });

  test("parameters keep what was written", () => {
    expect(value(0.1)).toBe("0.1");
    expect(value(65536)).toBe("65536");
    expect(value(0.0312345678901)).toBe("0.0312346");
    expect(value([1, 2])).toBe("[1,2]");
    expect(value(false)).toBe("false");
  });

  test("sizes and durations", () => {
    expect(bytes(3 * 1024 * 1024)).toBe("3.0 MiB");
    expect(duration(185)).toBe("3m 05s");
    expect(duration(90_000)).toBe("1d 1h");
  });
});
