import { expect, test } from "vitest";
import { aRun } from "../../testing/samples";
import { available, columnOf, defaults, flatten, shown } from "./columns";

const runs = [aRun(), aRun({ id: "2", name: "b", params: { "method.prompts": 16, seed: 0 } })];

test("accuracy, last and best, and what was swept come first", () => {
  expect(defaults(runs)).toEqual([
    "state",
    "name",
    "progress",
    "metrics.val/top1.last",
    "metrics.val/top1.best",
    "params.method.prompts",
    "params.seed",
    "duration",
    "createdAt",
  ]);
});

test("only columns that differ", () => {
  expect(shown(runs, undefined, true).map((column) => column.id)).toEqual(["state", "name", "params.method.prompts"]);
});

test("every column offered is found again by its id, also a metric whose name ends like a part", () => {
  for (const column of available(runs)) expect(columnOf(column.id)?.id).toBe(column.id);
  expect(columnOf("metrics.a.best.last")?.text(aRun({ summary: { "a.best": { last: 3, count: 1, nonFinite: 0 } } }), 0)).toBe("3");
  expect(columnOf("nonsense")).toBeUndefined();
});

test("a spec's leaves by dotted path", () => {
  expect(flatten({ a: { b: 1, c: [1, 2] }, d: null })).toEqual({ "a.b": 1, "a.c": [1, 2], d: null });
});
