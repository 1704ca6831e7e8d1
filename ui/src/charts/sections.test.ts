import { expect, test } from "vitest";
import { sectionsOf } from "./sections";

test("metrics lie in sections by what stands before their name; one value is a tile, not a dot", () => {
  const points: Record<string, number> = { "test/top1": 1, "train/loss": 300, "val/top1": 20, "test/class/10": 1, "test/class/9": 1 };
  const keys = ["system/gpu", "test/top1", "epoch", "val/top1", "train/loss", "test/class/10", "test/class/9"];
  expect(sectionsOf(keys, (key) => points[key], () => true)).toEqual([
    { name: "train", charts: ["train/loss"], scalars: [] },
    { name: "val", charts: ["val/top1"], scalars: [] },
    { name: "test", charts: [], scalars: ["test/top1"] },
    { name: "test/class", charts: [], scalars: ["test/class/9", "test/class/10"] },
    { name: "", charts: ["epoch"], scalars: [] },
    { name: "system", charts: ["system/gpu"], scalars: [] },
  ]);
});

test("only what is searched for", () => {
  expect(sectionsOf(["a/x", "b/x"], () => 2, (key) => key.startsWith("b")).map((section) => section.name)).toEqual(["b"]);
});
