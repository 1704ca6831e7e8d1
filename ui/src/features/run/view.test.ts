import { expect, test } from "vitest";
import { type RunPageView, runUrl } from "./view";

test("the address holds all of the view", () => {
  const view: RunPageView = { tab: "logs", smoothing: 0.85, logY: true, x: "epoch", ghosts: true, find: "loss" };
  const search = new URLSearchParams();
  runUrl.write(view, search);
  expect(runUrl.read(new URLSearchParams(search.toString()))).toEqual(view);
});

test("nonsense reads as the default", () => {
  expect(runUrl.read(new URLSearchParams("tab=x&smooth=abc&x=y"))).toEqual(runUrl.read(new URLSearchParams()));
  expect(runUrl.read(new URLSearchParams("smooth=7")).smoothing).toBe(0.99);
});
