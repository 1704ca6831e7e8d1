// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { originOf } from "../../components/origin";
import { aRun } from "../../testing/samples";
import { goalOf, reached, tilesOf } from "./goal";
import { seedsIn, sweepOf } from "./MoreSeeds";
import { stripsOf } from "./pictures";
import { bestWords } from "./Trail";
import { searched } from "./useLog";

const summary = (count: number, more = {}) => ({ count, nonFinite: 0, last: 1, ...more });

describe("what a run is about", () => {
  test("a curve before a number, validation before training", () => {
    expect(goalOf({ summary: { "test/top1": summary(1), "train/loss": summary(9), "val/top1": summary(3) } })).toBe("val/top1");
    expect(goalOf({ summary: { "test/top1": summary(1) } })).toBe("test/top1");
    expect(goalOf({ summary: { "system/gpu": summary(9), reward: summary(9, { goal: "MAX" }) } })).toBe("reward");
    expect(goalOf({ summary: {} })).toBeUndefined();
  });

  test("tiles: the goal, then the test part", () => {
    expect(tilesOf({ summary: { "test/top5": summary(1), "test/top1": summary(1), "val/top1": summary(3), other: summary(3) } })).toEqual(["val/top1", "test/top1", "test/top5"]);
  });

  test("tiles: many judged sets push out nothing that every run is asked for", () => {
    const judged = ["a", "r", "v2", "sketch"].flatMap((set) => ["top1", "top5", "ece", "nll"].map((score) => `test/${set}/${score}`));
    const known = ["train/loss", "val/loss", "test/top1", "val/top1", ...judged];
    const tiles = tilesOf({ summary: Object.fromEntries(known.map((key) => [key, summary(3)])) });
    expect(tiles).toHaveLength(12);
    expect(tiles).toEqual(expect.arrayContaining(["train/loss", "val/loss", "test/top1", "val/top1"]));
  });
});

test("a failed run keeps how far it came (U-11)", () => {
  const attempt = (attempt: number, startStep: number, endStep: number | null) => ({ attempt, startStep, endStep, state: "FAILED" });
  const dead = aRun({ state: "FAILED", step: null, epoch: null, summary: {} });
  expect(reached(dead, [attempt(1, 0, 80), attempt(2, 60, null)]).step).toBe(80);
  expect(reached({ ...dead, summary: { a: summary(3, { lastStep: 95 }) } }, []).step).toBe(95);
});

describe("pictures", () => {
  const of = (name: string, at = "1") => ({ name, sha256: `${name}${at}`, size: 1, createdAt: at });

  test("of several steps are a strip in order; an SVG too, which is served so that nothing in it runs", () => {
    const strips = stripsOf([of("attention-step-100.png"), of("attention-step-20.png"), of("nmi.png"), of("evil.svg"), of("page.html")], "");
    expect(strips.map((strip) => [strip.name, strip.pictures.map((picture) => picture.at)])).toEqual([
      ["attention.png", [20, 100]],
      ["evil.svg", [null]],
      ["nmi.png", [null]],
    ]);
  });

  test("say what their number counts only where the name does", () => {
    const words = (...names: string[]) => stripsOf(names.map((name) => of(name)), "").map((strip) => [strip.name, ...strip.pictures.map((picture) => picture.words)]);
    expect(words("samples-step-100.png", "samples-step-1200.png")).toEqual([["samples.png", "step 100", "step 1,200"]]);
    expect(words("samples_ep3.png", "samples_epoch_12.png")).toEqual([["samples.png", "epoch 3", "epoch 12"]]);
    expect(words("token-7.png", "token-12.png")).toEqual([["token.png", "no. 7", "no. 12"]]);
    expect(words("footstep3.png", "footstep4.png")).toEqual([["footstep.png", "no. 3", "no. 4"]]);
    expect(words("x-1.png", "x-2.png", "x-step-1.png", "x-step-2.png")).toHaveLength(2);
  });

  test("that MLflow's log_image keeps by key and step are a strip of the key, without the small ones beside them", () => {
    const logged = (key: string, step: number, time: number, mark: string, small = "") => of(`images/${key}${mark}step${mark}${step}${mark}timestamp${mark}${time}${mark}0b1e-4${step}${small ? mark + small : ""}.${small ? "webp" : "png"}`);
    const strips = stripsOf(
      [
        logged("val#dogs", 20, 1764190000900, "+"),
        logged("val#dogs", 20, 1764190000900, "+", "compressed"),
        logged("val#dogs", 3, 1764190000123, "+"),
        logged("val#dogs", 3, 1764190000001, "+"),
        logged("cats", 7, 1764190000123, "%", "compressed"),
        of("images/step-3.png"),
      ],
      "",
    );
    expect(strips.map((strip) => [strip.name, ...strip.pictures.map((picture) => picture.words)])).toEqual([
      ["images/cats", "step 7"],
      ["images/step-3.png", "no. 3"],
      ["images/val/dogs", "step 3", "step 3", "step 20"],
    ]);
    expect(strips[2]!.pictures[0]!.name).toContain("000001");
  });

  test("are found by name; of one stored twice the newest counts", () => {
    const [strip] = stripsOf([of("a.png", "2"), of("a.png", "1"), of("b.png")], "A");
    expect(strip?.pictures).toEqual([{ name: "a.png", sha256: "a.png2", at: null, words: "a.png" }]);
  });
});

describe("who set a value (U-03)", () => {
  const run = { params: { "method.prompts": 4 }, document: { method: { kind: "pgn", prompts: 4 }, dataset: { id: "x", root: "/d" } } };

  test("axis, base or default; the service's word stands first", () => {
    expect(originOf(run, "method.prompts")).toBe("axis");
    expect(originOf(run, "method.kind")).toBe("base");
    expect(originOf(run, "optimizer.momentum")).toBe("default");
    expect(originOf({ ...run, origin: { "method.kind": "default" } }, "method.kind")).toBe("default");
  });
});

test("of several checkpoints that were best one is, with its value (U-09)", () => {
  const of = (step: number, best: boolean, value?: number) => ({ step, epoch: 1, best, ...(value === undefined ? {} : { value, key: "val/top1" }) });
  const all = [of(10, true, 50), of(20, true, 60.5), of(30, false, 60.5), of(40, true)];
  expect(bestWords(all[0]!, all.slice(0, 3))).toBe("was best val/top1 50");
  expect(bestWords(all[1]!, all.slice(0, 3))).toBe("★ best val/top1 60.5");
  expect(bestWords(all[2]!, all)).toBe("val/top1 60.5");
  expect(bestWords(all[3]!, all)).toBe("★ best");
});

describe("more seeds", () => {
  test("are numbers and ranges", () => {
    expect(seedsIn("1, 2 5-7,5")).toEqual([1, 2, 5, 6, 7]);
    expect(seedsIn("")).toEqual([]);
    for (const wrong of ["a", "3-1", "-1", "1.5", "0-99999999"]) expect(seedsIn(wrong)).toBeNull();
  });

  test("are the spec as it was written, without what a sweep has itself", () => {
    const run = { experiment: "e", spec: {}, document: { seed: 3, experiment: "e", name: "x", method: { kind: "pgn" } } };
    expect(sweepOf(run, [4, 5])).toEqual({ experiment: "e", base: { method: { kind: "pgn" } }, axes: {}, seeds: [4, 5] });
  });
});

test("the log is searched whatever the case", () => {
  const lines = ["Loss 1", "error: x", "done"].map((line, seq) => ({ seq, line, time: "", attempt: 1 }));
  expect(searched(lines, "ERROR")).toEqual({ shown: [lines[1]], hits: 1 });
  expect(searched(lines, "").hits).toBeUndefined();
});
