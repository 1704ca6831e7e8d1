// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import type { KeyCatalogue } from "../../api/overRuns";
import { aRun } from "../../testing/samples";
import { available, columnOf, difference, differing, meanDifference, usual } from "./columns";
import { csvAddress } from "./csv";

const param = (key: string, distinct: number) => ({ key, type: "number" as const, runs: 9, distinct, varies: distinct > 1, values: [1, 2] });
const CATALOGUE: KeyCatalogue = {
  of: 9,
  params: [param("method.prompts", 3), param("optimizer.learningRate", 2), param("seed", 3), param("batchSize", 1)],
  metrics: [
    { key: "val/top1", runs: 9, goal: "MAX", unit: "%", decimals: 2 },
    { key: "val/loss", runs: 9, goal: "MIN", unit: "", decimals: 4 },
    { key: "note/x", runs: 1, unit: "", decimals: 3 },
  ],
  tags: [{ key: "paper", runs: 2 }],
};

describe("columns", () => {
  test("as usual come from the catalogue of all runs, not from the rows that are loaded (U-05)", () => {
    expect(usual(CATALOGUE)).toEqual(["name", "state", "metrics.val/top1.best", "metrics.val/top1.last", "metrics.val/loss.last", "params.method.prompts", "params.optimizer.learningRate", "params.seed", "progress", "duration", "createdAt"]);
  });

  test("what differs adds paths that vary, and takes nothing away for good (U-12)", () => {
    expect(differing(CATALOGUE)).toEqual(["name", "state", "metrics.val/top1.best", "metrics.val/top1.last", "metrics.val/loss.last", "params.method.prompts", "params.optimizer.learningRate", "params.seed"]);
  });

  test("there are of every path, and of every part of a metric that it has", () => {
    const ids = available(CATALOGUE).map((column) => column.id);
    expect(ids).toContain("params.batchSize");
    expect(ids).toContain("metrics.val/top1.best");
    expect(ids).not.toContain("metrics.note/x.best");
    expect(columnOf("nonsense", CATALOGUE)).toBeUndefined();
    expect(columnOf("params.other.prompts", { ...CATALOGUE, params: [...CATALOGUE.params, param("other.prompts", 2)] })?.title).toBe("other.prompts");
  });

  test("of tags are there by name", () => {
    expect(available(CATALOGUE).map((column) => column.id)).toContain("tags.paper");
    expect(columnOf("tags.paper", CATALOGUE)!.text(aRun({ tags: { paper: "fig 1" } }), 0)).toBe("fig 1");
    expect(columnOf("tags", CATALOGUE)!.text(aRun({ tags: { paper: "fig 1", good: "" } }), 0)).toBe("paper: fig 1, good");
  });

  test("show the configuration of any run, and a metric in its own decimals (U-03)", () => {
    const run = aRun({ config: { batchSize: 64 }, values: { "metrics.test/top1.at(val/top1)": 79.1 } });
    expect(columnOf("params.batchSize", CATALOGUE)?.text(run, 0)).toBe("64");
    expect(columnOf("metrics.val/top1.last", CATALOGUE)?.text(run, 0)).toBe("80.50");
    expect(columnOf("metrics.val/top1.best", CATALOGUE)?.text(run, 0)).toBe("81.25");
    expect(columnOf("metrics.test/top1.at(val/top1)", CATALOGUE)?.text(run, 0)).toBe("79.1");
    expect(columnOf("metrics.val/loss.last", CATALOGUE)?.text(run, 0)).toBe("–");
  });

  test("of a group are mean ± deviation with the same decimals; one value has no deviation", () => {
    const top1 = columnOf("metrics.val/top1.best", CATALOGUE)!;
    expect(top1.spread({ n: 3, mean: 84.4167, std: 1.6812 })).toBe("84.42 ± 1.68");
    expect(top1.spread({ n: 1, mean: 84 })).toBe("84.00");
    expect(top1.spread({ n: 0 })).toBe("–");
  });

  test("differ from a baseline for the better or the worse, as the metric is meant", () => {
    const at = (top1: number, loss: number) => aRun({ summary: { "val/top1": { last: top1, count: 1, nonFinite: 0 }, "val/loss": { last: loss, count: 1, nonFinite: 0 } } });
    const [top1, loss] = [columnOf("metrics.val/top1.last", CATALOGUE)!, columnOf("metrics.val/loss.last", CATALOGUE)!];
    expect(difference(top1, at(82, 0.5), at(80.5, 0.4))).toEqual({ text: "+1.50", better: true });
    expect(difference(loss, at(82, 0.5), at(80.5, 0.4))).toEqual({ text: "+0.1000", better: false });
    expect(difference(top1, at(80, 1), at(80, 1))).toEqual({ text: "±0.00", better: undefined });
    expect(difference(top1, at(NaN, 1), at(80, 1))).toBeUndefined();
    expect(meanDifference(top1, { n: 3, mean: 82, std: 0.5 }, at(80.5, 0.4))).toEqual({ text: "+1.50", better: true });
    expect(meanDifference(top1, { n: 0 }, at(80.5, 0.4))).toBeUndefined();
  });
});

test("the CSV has what the table shows, by the service's names, of all that match (U-10)", () => {
  const address = new URL(csvAddress({ experiment: "a b", filter: ["params.seed in (0, 1)", "starred = true"], archived: "only" }, "-metrics.val/top1.best", ["name", "duration", "progress", "startedAt", "tags", "metrics.val/top1.best", "device"], CATALOGUE), "http://lab");
  expect(address.pathname).toBe("/api/v1/runs.csv");
  expect(Object.fromEntries(["experiment", "archived", "sort"].map((name) => [name, address.searchParams.get(name)]))).toEqual({ experiment: "a b", archived: "only", sort: "-metrics.val/top1.best" });
  expect(address.searchParams.getAll("filter")).toEqual(["params.seed in (0, 1)", "starred = true"]);
  expect(address.searchParams.getAll("column")).toEqual(["name", "startedAt", "endedAt", "step", "epoch", "tags.paper", "metrics.val/top1.best", "device"]);
});
