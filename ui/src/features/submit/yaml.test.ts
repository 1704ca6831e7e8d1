import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../api/types";
import { completions } from "./complete";
import { FROM_PAPER, templateOf, TEMPLATES } from "./templates";
import { placeOf, readYaml, rewritten, syntaxMarks } from "./yamlDocument";

const SCHEMA = JSON.parse(readFileSync("../workers/spec/src/main/resources/schema/sweep.v1.json", "utf8")) as JsonObject;

/** Labels that are offered at `|`. */
function offered(text: string): string[] {
  const at = text.indexOf("|");
  return completions(text.replace("|", ""), at, SCHEMA).choices.map(({ label }) => label);
}

describe("completion", () => {
  test("of keys, by where the line stands", () => {
    expect(offered("base:\n  method:\n    kind: pgn\n    |")).toEqual(expect.arrayContaining(["prompts", "librarySize", "mixing"]));
    expect(offered("base:\n  method:\n    kind: iip\n    |")).toEqual(["prompts"]);
    expect(offered("base:\n  optimizer:\n    le|")).toContain("learningRate");
    expect(offered("base:\n  dataset:\n    id: shapes\n|")).toEqual(expect.arrayContaining(["axes", "seeds", "sampler"]));
    expect(offered("base:\n  seed: 1\n  |")).not.toContain("seed");
  });

  test("of keys in braces", () => {
    expect(offered("base:\n  method: {kind: vp, |}")).toEqual(["place", "size"]);
    expect(offered("base:\n  dataset: {id: shapes, tr|")).toContain("train");
  });

  test("of values", () => {
    expect(offered("base:\n  augment: |")).toEqual(["pgn", "clevr", "flip-crop", "resized-crop", "none"]);
    expect(offered("base:\n  method:\n    antialias: |")).toEqual(["true", "false"]);
    expect(offered("base:\n  optimizer: {kind: |")).toEqual(["sgd", "adamw"]);
    expect(offered("base: {}\nsampler: {kind: |")).toEqual(expect.arrayContaining(["grid", "tpe", "cma-es"]));
  });

  test("of axes: their paths, ranges, and the values of a choice", () => {
    expect(offered("base:\n  seed: 0\naxes:\n  optimizer.l|")).toContain("optimizer.learningRate");
    expect(offered("base:\n  seed: 0\naxes:\n  optimizer.learningRate: |")).toContain("logUniform");
    expect(offered("base:\n  seed: 0\naxes:\n  augment: [pgn, |")).toContain("none");
  });

  test("of a run, bare or with a name", () => {
    expect(offered("dataset: {id: shapes}\nmeth|")).toContain("method");
    expect(offered("dataset: {id: shapes}\nmethod: {kind: |")).toContain("pgn");
    expect(offered("name: mine\nspec:\n  |")).toContain("batchSize");
  });
});

const TEXT = `# mine
base:
  dataset: {id: shapes, train: 64}   # small
  method:
    kind: pgn
    prompts: 999
axes:
  method.prompts: [1, 4]
`;

describe("a place in the text", () => {
  const written = readYaml(TEXT);
  const at = (path: string) => {
    const mark = placeOf(written, path, "no")!;
    return [mark.line, mark.column, TEXT.slice(mark.from, mark.to)];
  };

  test("is found by the service's path", () => {
    expect(at("base.method.prompts")).toEqual([6, 14, "999"]);
    expect(at("method.prompts")).toEqual([6, 14, "999"]);
    expect(at("axes.method.prompts")).toEqual([8, 19, "[1, 4]"]);
    expect(at("base.dataset.train")).toEqual([3, 32, "64"]);
  });

  test("of what is missing is what should have held it", () => expect(at("base.dataset.root")).toEqual([3, 3, "dataset"]));

  test("of what cannot be read is where it breaks", () => {
    const [mark] = syntaxMarks(readYaml("base:\n  a: [1, 2\nb: 3\n"));
    expect(mark?.line).toBeGreaterThan(1);
    expect(readYaml("base: [").tree).toBeUndefined();
  });
});

describe("a text that the form changed", () => {
  const tree = readYaml(TEXT).tree!;

  test("keeps its comments and its ways", () => {
    const base = tree.base as JsonObject;
    const changed = rewritten(TEXT, { ...tree, base: { ...base, method: { kind: "iip" } }, seeds: [0, 1] });
    expect(readYaml(changed).tree).toEqual({ ...tree, base: { ...base, method: { kind: "iip" } }, seeds: [0, 1] });
    expect(changed).toContain("# mine");
    expect(changed).toContain("dataset: {id: shapes, train: 64} # small");
    expect(changed).toContain("seeds: [0, 1]");
  });

  test("is the same text where nothing changed", () => expect(rewritten(TEXT, structuredClone(tree))).toBe(TEXT));
});

test("scalars are those of YAML 1.2, as the service reads them", () => {
  expect(readYaml("a: no\nb: 1e-3\nc: 0.5\nd: true\ne: '1'\n").tree).toEqual({ a: "no", b: 0.001, c: 0.5, d: true, e: "1" });
});

test("templates say what they are", () => {
  expect(TEMPLATES.length).toBeGreaterThanOrEqual(4);
  expect(FROM_PAPER.length).toBeGreaterThanOrEqual(20);
  for (const { id, about } of [...TEMPLATES, ...FROM_PAPER]) {
    expect(about, id).not.toBe("");
    expect(templateOf(id).tree.base, id).toBeDefined();
  }
});
