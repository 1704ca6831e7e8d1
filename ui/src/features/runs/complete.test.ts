import { expect, test } from "vitest";
import type { KeyCatalogue } from "../../api/overRuns";
import { complete } from "./complete";

const CATALOGUE: KeyCatalogue = {
  of: 4,
  params: [
    { key: "method.kind", type: "text", runs: 4, distinct: 2, varies: true, values: ["pgn", "vp"] },
    { key: "odd name", type: "number", runs: 4, distinct: 1, varies: false, values: [1] },
  ],
  metrics: [{ key: "val/top1", runs: 4, goal: "MAX", unit: "%", decimals: 2 }],
};

/** `|` is where one types. */
function at(text: string) {
  const caret = text.indexOf("|");
  const found = complete(text.replace("|", ""), caret, CATALOGUE);
  return { ...found, choices: found.choices.map((choice) => choice.value) };
}

test("fields, then operators, then values that runs have, then and or or", () => {
  expect(at("|").choices).toContain("metrics.val/top1.best");
  expect(at("top|")).toEqual({ from: 0, to: 3, choices: ["metrics.val/top1.best", "metrics.val/top1.last"] });
  expect(at("params.method.kind |").choices).toContain("in");
  expect(at("params.method.kind = |")).toEqual({ from: 21, to: 21, choices: ["'pgn'", "'vp'"] });
  expect(at("params.method.kind = 'v|")).toMatchObject({ from: 21, choices: ["'vp'"] });
  expect(at("params.method.kind = 'vp' |").choices).toEqual(["and", "or"]);
  expect(at("state = |").choices).toContain("'RUNNING'");
});

test("each part of an expression by itself, also inside parentheses and after or", () => {
  expect(at("(state = 'RUNNING' or top|")).toMatchObject({ from: 22, choices: ["metrics.val/top1.best", "metrics.val/top1.last"] });
  expect(at("name ~ 'a' and (params.m|").choices).toEqual(["params.method.kind"]);
  expect(at("od|").choices).toContain("`params.odd name`");
});
