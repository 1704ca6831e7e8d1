import { expect, test } from "vitest";
import { CHART_VIEW } from "../../charts/view";
import { type RunPageView, runUrl } from "./view";

test("the address holds all of the view (U-16)", () => {
  const view: RunPageView = { tab: "logs", chart: { ...CHART_VIEW, zoom: [5, 10], logY: true }, defaults: false, search: "error", picture: "a.png" };
  for (const state of [view, { ...view, tab: "overview" as const, defaults: true, search: "", picture: undefined, chart: CHART_VIEW }]) {
    const search = new URLSearchParams();
    runUrl.write(state, search);
    expect(runUrl.read(new URLSearchParams(search.toString()))).toEqual(state);
  }
});

test("addresses of older pages still lead somewhere", () => {
  expect(runUrl.read(new URLSearchParams("tab=spec")).tab).toBe("configuration");
  expect(runUrl.read(new URLSearchParams("tab=checkpoints")).tab).toBe("overview");
  expect(runUrl.read(new URLSearchParams("tab=moon")).tab).toBe("overview");
});
