import { describe, expect, it } from "vitest";
import { tested } from "./Cell";
import { firstDefinition } from "./first";

describe("a new report from a selection", () => {
  it("names the runs and what they were made to differ in", () => {
    const text = firstDefinition(new URLSearchParams([["experiment", "e & f"], ["filter", "name ~ a"], ["by", "method.prompts"], ["by", "dataset"]]));
    expect(text).toContain('runs: {experiment: "e & f", filter: "name ~ a"}');
    expect(text).toContain('rows: ["method.prompts"]');
    expect(text).toContain('columns: ["dataset.id"]');
  });
  it("takes runs by id, and always names some", () => {
    expect(firstDefinition(new URLSearchParams("id=a&id=b"))).toContain('runs: {ids: ["a","b"]}');
    expect(firstDefinition(new URLSearchParams())).toContain("runs: {experiment: default}");
  });
});

describe("a test in words", () => {
  it("names test, n, p and direction", () => {
    expect(tested({ verdict: "better", words: "paired t", n: "3", difference: 5, p: 0.0001, adjusted: 0.0003 })).toMatch(/^5.* above the reference: paired t, two-sided, n 3, p .*: better\.$/);
    expect(tested({ verdict: "not tested", why: "fewer than 3 values" })).toBe("Not tested: fewer than 3 values.");
  });
});
