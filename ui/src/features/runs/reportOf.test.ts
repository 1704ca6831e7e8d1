import { expect, it } from "vitest";
import { reportOf } from "./reportOf";

it("says which runs are meant and what they were made to differ in", () => {
  const asked = new URLSearchParams(reportOf({ experiment: "e & f", state: "FINISHED,FAILED", filter: ["name ~ a"] }, [{ params: { "method.prompts": 4, dataset: {}, seed: 0 } }, { params: { "method.prompts": 8 } }]));
  expect(asked.get("experiment")).toBe("e & f");
  expect(asked.get("filter")).toBe("(name ~ a) and (state in (FINISHED,FAILED))");
  expect(asked.getAll("by")).toEqual(["method.prompts", "dataset"]);
  expect(new URLSearchParams(reportOf({ ids: ["a", "b"] }, [])).getAll("id")).toEqual(["a", "b"]);
});
