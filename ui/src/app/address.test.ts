import { expect, test } from "vitest";
import { fromHash } from "./address";

test("addresses of other trackers lead to the run", () => {
  expect(fromHash("#/experiments/eurosat/runs/0f1")).toBe("/runs/0f1");
  expect(fromHash("#/experiments/a%20b")).toBe("/runs?experiment=a%20b");
  expect(fromHash("#main")).toBeNull();
  expect(fromHash("")).toBeNull();
});
