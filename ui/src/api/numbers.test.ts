import { expect, test } from "vitest";
import { decode } from "./numbers";

test("the three strings become numbers wherever a metric stands", () => {
  const run = decode({ summary: { "train/loss": { last: "NaN", min: "-Infinity", best: 0.5 } }, points: [{ value: "Infinity" }], values: ["NaN", 1] });
  expect(run.summary["train/loss"]).toEqual({ last: NaN, min: -Infinity, best: 0.5 });
  expect(run.points[0]).toEqual({ value: Infinity });
  expect(run.values).toEqual([NaN, 1]);
});

test("text elsewhere stays text", () => {
  expect(decode({ name: "NaN", params: { "a.mode": "Infinity" }, value: "other" })).toEqual({ name: "NaN", params: { "a.mode": "Infinity" }, value: "other" });
});
