import { expect, test } from "vitest";
import { codeOf } from "./code";

const hash = (digit: string) => digit.repeat(64);

test("a program's code is what was packed with it, else what its client says", () => {
  expect(codeOf({ spec: { code: { archive: hash("a"), commit: "c".repeat(40), diff: hash("d"), size: 3 } } })).toEqual({ archive: hash("a"), commit: "c".repeat(40), diff: hash("d"), source: undefined });
  expect(codeOf({ spec: {}, tags: { "mlflow.source.git.commit": "abc", "mlflow.source.name": "train.py" } })).toMatchObject({ commit: "abc", source: "train.py", diff: undefined });
  expect(codeOf({ spec: { code: { archive: hash("a") } }, tags: { "mlflow.source.git.commit": "" } })).toMatchObject({ archive: hash("a"), commit: undefined });
});

test("a training of the lab's own has no code of its own", () => expect(codeOf({ spec: { method: { kind: "pgn" } }, tags: { paper: "1" } })).toBeUndefined());

test("what the lab trains is of the commit that its worker was built of; a program is not", () => {
  const environment = { version: "0.2.0+5e6872c0a1b2.changed" };
  expect(codeOf({ spec: { task: "train" }, environment })?.commit).toBe("5e6872c0a1b2.changed");
  expect(codeOf({ spec: {}, environment: { version: "0.2.0" } })).toBeUndefined();
  expect(codeOf({ spec: { task: "command" }, environment })).toBeUndefined();
});
