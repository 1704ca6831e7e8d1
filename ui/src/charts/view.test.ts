import { expect, test } from "vitest";
import { CHART_VIEW, type ChartView, isLogY, matcher, readChartView, writeChartView } from "./view";

test("the address brings back exactly what was seen (U-16)", () => {
  const view: ChartView = {
    x: "relative",
    smoothing: "gaussian",
    weight: 0.6,
    logX: true,
    logY: true,
    flipped: ["train/loss"],
    ghosts: true,
    outliers: false,
    zoom: [10, 250.5],
    ranges: { "val/top1:x": [-1, 2] },
    hidden: ["a", "b"],
    full: "val/top1",
    find: "^val",
  };
  for (const state of [view, CHART_VIEW]) {
    const search = new URLSearchParams("tab=logs");
    writeChartView(state, search);
    expect(readChartView(new URLSearchParams(search.toString()))).toEqual(state);
    expect(search.get("tab")).toBe("logs");
  }
});

test("what cannot be read is as if it were not there (U-13)", () => {
  const broken = new URLSearchParams("x=moon&smooth=9&zoom=5:1&zoom=x&yr=1:2&by=?");
  expect(readChartView(broken)).toEqual({ ...CHART_VIEW, weight: 0.99 });
  expect(readChartView(new URLSearchParams("x=time")).x).toBe("relative");
});

test("one metric can have the other kind of axis", () => {
  const view = { ...CHART_VIEW, logY: true, flipped: ["acc"] };
  expect([isLogY(view, "acc"), isLogY(view, "loss")]).toEqual([false, true]);
});

test("names are found by expression, or by text where it is none", () => {
  expect(["train/loss", "val/loss"].filter(matcher("^val"))).toEqual(["val/loss"]);
  expect(["a(b", "ab"].filter(matcher("A(B"))).toEqual(["a(b"]);
});
