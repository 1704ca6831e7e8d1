import { describe, expect, test } from "vitest";
import { flat, lines, nested, withoutSeed } from "../../components/configuration";
import { better, difference, sample, t975 } from "./results";
import { compareUrl, type ComparePageView } from "./view";
import { CHART_VIEW } from "../../charts/view";

describe("configurations", () => {
  const a = flat({ method: { kind: "pgn", prompts: 4, net: { depth: 10 } }, seed: 0, tags: ["x"], empty: {} });
  const b = flat({ method: { kind: "pgn", prompts: 8 }, seed: 0, tags: ["x"], empty: {} });

  test("are compared leaf by leaf; lists and what one lacks too", () => {
    expect(lines([a, b]).filter((line) => line.differs)).toEqual([
      { path: "method.net.depth", parts: ["method", "net", "depth"], values: [10, undefined], differs: true },
      { path: "method.prompts", parts: ["method", "prompts"], values: [4, 8], differs: true },
    ]);
  });

  test("are drawn nested, each heading once", () => {
    const rows = nested(lines([a, b]).filter((line) => line.differs));
    expect(rows.map((row) => `${"  ".repeat(row.depth)}${row.name}`)).toEqual(["method", "  net", "    depth", "  prompts"]);
  });

  test("that differ in the seed alone are one", () => {
    expect(withoutSeed({ seed: 0, "a.b": 1 })).toBe(withoutSeed({ "a.b": 1, seed: 7 }));
    expect(withoutSeed({ "a.b": 1 })).not.toBe(withoutSeed({ "a.b": 2 }));
  });
});

describe("results", () => {
  test("mean, deviation with n − 1, and what is not finite does not count", () => {
    expect(sample([1, 2, NaN, null, 3])).toMatchObject({ n: 3, mean: 2, std: 1 });
    expect(sample([5])).toMatchObject({ n: 1, mean: 5, std: null });
    expect(sample([])).toMatchObject({ n: 0, mean: null });
  });

  test("a difference has an interval where both sides have two runs", () => {
    expect(difference(sample([5]), sample([4]))).toEqual({ by: 1, half: null });
    // By numerical integration of the density with 2.941 degrees of freedom: 3.2191 × sqrt(5/3).
    const welch = difference(sample([80, 82, 84]), sample([78, 79, 80]))!;
    expect(welch.by).toBeCloseTo(3);
    expect(welch.half).toBeCloseTo(4.156, 1);
    expect(difference(sample([1]), sample([]))).toBeNull();
  });

  test("better is by the metric's direction, and only beyond the interval", () => {
    expect(better({ by: 1, half: null }, "MAX")).toBe(true);
    expect(better({ by: 1, half: 0.5 }, "MIN")).toBe(false);
    expect(better({ by: 1, half: 2 }, "MAX")).toBeNull();
    expect(better({ by: 1, half: null }, null)).toBeNull();
  });

  test("Student's t between the table's lines", () => {
    expect(t975(1)).toBe(12.706);
    expect(t975(2.5)).toBeLessThan(t975(2));
    expect(t975(120)).toBeCloseTo(1.98, 2);
    expect(t975(1e9)).toBeCloseTo(1.96, 3);
  });
});

test("the address holds what is compared and how", () => {
  const view: ComparePageView = { runs: ["a", "b"], baseline: "b", part: "results", value: "best", all: true, together: true, chart: { ...CHART_VIEW, x: "epoch" }, images: { other: "b", set: "sketches", only: "neither", search: "dog" } };
  for (const state of [view, { ...view, baseline: "a", part: "curves" as const, value: "last" as const, all: false, together: false, images: { other: "", set: "", only: "different" as const, search: "" } }]) {
    const search = new URLSearchParams();
    compareUrl.write(state, search);
    expect(compareUrl.read(new URLSearchParams(search.toString()))).toEqual(state);
  }
  // One run named twice is one; the baseline is one of them.
  expect(compareUrl.read(new URLSearchParams("run=a&run=a&run=c&base=x"))).toMatchObject({ runs: ["a", "c"], baseline: "a" });
});
