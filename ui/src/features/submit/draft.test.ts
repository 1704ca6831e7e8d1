import { describe, expect, test } from "vitest";
import { concerns, draftOf, draftOfRun, FIRST, getAt, runOf, setAt, sweepOf, values } from "./draft";

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
  const draft = {
    ...FIRST,
    experiment: " e ",
    name: "n",
    axes: [
      { path: "method.prompts", kind: "list" as const, text: "1, 4" },
      { path: "optimizer.learningRate", kind: "logUniform" as const, text: "0.01, 1" },
      { path: " ", kind: "list" as const, text: "9" },
    ],
    sampler: "random" as const,
    draws: "12",
    goal: "min" as const,
    parallel: "2",
  };
  const sweep = {
    experiment: "e",
    name: "n",
    base: FIRST.base,
    axes: { "method.prompts": [1, 4], "optimizer.learningRate": { logUniform: [0.01, 1] } },
    seeds: [0, 1],
    sampler: { kind: "random", runs: 12 },
    goal: "min",
    parallel: 2,
  };

  test("asks for what was written and leaves defaults to the service", () => expect(sweepOf(draft)).toEqual(sweep));
  test("comes back from the sweep", () => expect(sweepOf(draftOf(sweep))).toEqual(sweep));
  test("text that is no number goes as text, to be refused", () => expect(sweepOf({ ...draft, parallel: "two" }).parallel).toBe("two"));
  test("a run has neither axes nor seeds", () => expect(runOf(draft, { seed: 0 })).toEqual({ experiment: "e", name: "n", spec: { seed: 0 } }));
});

test("a run that has a name around it is submitted, and drawn, as it is", () => {
  const named = { experiment: "e", name: "n", priority: -5, spec: { seed: 1 } };
  expect(runOf(FIRST, named)).toEqual(named);
  expect(runOf(draftOfRun(FIRST, named), { seed: 1 })).toEqual(named);
  expect(draftOfRun(FIRST, { seed: 1 }).base).toEqual({ seed: 1 });
});

test("a refusal belongs to the place it names, from either root", () => {
  expect(concerns("base.method.prompts", "method.prompts")).toBe(true);
  expect(concerns("method.prompts", "method.prompts")).toBe(true);
  expect(concerns("method", "method.prompts")).toBe(false);
  expect(concerns(undefined, "method.prompts")).toBe(false);
});
