import { expect, test } from "vitest";
import { CHART_VIEW } from "../../charts/view";
import { type RunPageView, runUrl } from "./view";

test("the address holds all of the view (U-16)", () => {
  const view: RunPageView = { tab: "logs", chart: { ...CHART_VIEW, zoom: [5, 10], logY: true }, defaults: false, search: "error", picture: "a.png", judged: { set: "0123456789ab", masked: false, cell: { label: 3, answer: 0 }, wrong: false } };
  for (const state of [view, { ...view, tab: "overview" as const, defaults: true, search: "", picture: undefined, chart: CHART_VIEW, judged: { set: "", masked: true, cell: null, wrong: true } }]) {
    const search = new URLSearchParams();
    runUrl.write(state, search);
    expect(runUrl.read(new URLSearchParams(search.toString()))).toEqual(state);
  }
});

test("an address that says a cell wrongly says none", () => {
  for (const cell of ["3", "-1-2", "a-b", "1-2-3"]) expect(runUrl.read(new URLSearchParams({ cell })).judged.cell).toBeNull();
});

test("addresses of older pages still lead somewhere", () => {
  expect(runUrl.read(new URLSearchParams("tab=spec")).tab).toBe("configuration");
  expect(runUrl.read(new URLSearchParams("tab=checkpoints")).tab).toBe("overview");
  expect(runUrl.read(new URLSearchParams("tab=moon")).tab).toBe("overview");
});
