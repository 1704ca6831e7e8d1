import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../api/types";
import { concerns, continued, type Draft, draftOf, getAt, kindOf, runOf, setAt, sweepOf, values } from "./draft";

test("values between commas", () => {
  expect(values("1, 4, 16")).toEqual([1, 4, 16]);
  expect(values("pgn, iip")).toEqual(["pgn", "iip"]);
  expect(values("[1, 2], [3]")).toEqual([[1, 2], [3]]);
  expect(values("0.1, 1e-3, true")).toEqual([0.1, 0.001, true]);
  expect(values(" ")).toEqual([]);
});

describe("a place in the tree", () => {
  const tree = { method: { kind: "pgn", prompts: 4 }, seed: 0 };

  test("is set in a copy", () => {
    expect(setAt(tree, "method.prompts", 8)).toEqual({ method: { kind: "pgn", prompts: 8 }, seed: 0 });
    expect(setAt(tree, "schedule.epochs", 3)).toEqual({ ...tree, schedule: { epochs: 3 } });
    expect(tree.method.prompts).toBe(4);
  });

  test("goes away with what became empty", () => {
    expect(setAt({ schedule: { epochs: 3 }, seed: 0 }, "schedule.epochs", undefined)).toEqual({ seed: 0 });
    expect(getAt(tree, "method.none.deeper")).toBeUndefined();
  });
});

describe("a draft", () => {
  const draft: Draft = {
    tree: { experiment: "e", name: "n", base: { seed: 0 }, seeds: [0, 1], sampler: { kind: "tpe", runs: 12, startup: 4 }, goal: "min", parallel: 2, require: ["seed < 3"] },
    axes: [
      { path: "method.prompts", kind: "list", text: "1, 4" },
      { path: "optimizer.learningRate", kind: "logUniform", text: "0.01, 1" },
      { path: " ", kind: "list", text: "9" },
    ],
  };
  const sweep = {
    experiment: "e",
    name: "n",
    base: { seed: 0 },
    axes: { "method.prompts": [1, 4], "optimizer.learningRate": { logUniform: [0.01, 1] } },
    seeds: [0, 1],
    sampler: { kind: "tpe", runs: 12, startup: 4 },
    goal: "min",
    parallel: 2,
    require: ["seed < 3"],
  };

  test("asks for what was written and leaves defaults to the service", () => expect(sweepOf(draft)).toEqual(sweep));
  test("text that is no number goes as text, to be refused", () => expect(sweepOf({ ...draft, tree: { ...draft.tree, parallel: "two" } }).parallel).toBe("two"));
  test("as a run has neither axes nor seeds, and stands bare without a name", () => {
    expect(runOf(draft)).toEqual({ experiment: "e", name: "n", spec: { seed: 0 } });
    expect(runOf(draftOf({ seed: 1 }))).toEqual({ seed: 1 });
  });

  test.each([
    sweep,
    { base: {}, axes: { a: { integers: [1, 9], step: 2 }, b: { choice: [1, 2], when: { a: [1] } }, c: { constant: 4 }, d: { normal: [0, 1] } }, goal: "max" },
  ])("comes back from a sweep whole, with what the form has no words for", (written) => {
    expect(sweepOf(draftOf(written as JsonObject))).toEqual(written);
  });

  test("comes back from a run that has a name around it", () => {
    const named = { experiment: "e", name: "n", priority: -5, spec: { seed: 1 } };
    expect(runOf(draftOf(named))).toEqual(named);
    expect([kindOf(named), kindOf(sweep), kindOf({ seed: 1 })]).toEqual(["run", "sweep", "run"]);
  });
});

test("a refusal belongs to the place it names, from either root", () => {
  expect(concerns("base.method.prompts", "method.prompts")).toBe(true);
  expect(concerns("method.prompts", "method.prompts")).toBe(true);
  expect(concerns("method", "method.prompts")).toBe(false);
  expect(concerns(undefined, "method.prompts")).toBe(false);
});

describe("a sweep that goes on from another", () => {
  const spec = { experiment: "e", base: { seed: 0 }, axes: { a: [1, 2] }, enqueue: [{ a: 1 }], budget: { hours: 1 }, from: "old", seeds: [0, 1], sampler: { kind: "random", runs: 12, seed: 3 } };

  test("learns from it, and has none of its own first points and limits", () => {
    expect(continued(spec, "new")).toEqual({ experiment: "e", name: "e continued", base: { seed: 0 }, axes: { a: [1, 2] }, seeds: [0, 1], sampler: { kind: "tpe", runs: 12 }, from: "new" });
  });
  test("keeps a sampler that learns", () => {
    expect(continued({ ...spec, name: "n", sampler: { kind: "gp", runs: 30 } }, "new")).toMatchObject({ name: "n continued", sampler: { kind: "gp", runs: 30 } });
    expect(continued({ axes: {}, base: {} }, "new").sampler).toEqual({ kind: "tpe", runs: 50 });
  });
});
