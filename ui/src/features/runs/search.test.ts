import { expect, test } from "vitest";
import { parseSearch, stringifySearch } from "../../components/search";
import { metricIn, nextSort, runsSearch, scopeOf, toggled, toQuery, widthsIn } from "./search";

test("an address brings back exactly the view", () => {
  const view = runsSearch({
    experiment: "a b",
    state: "RUNNING,QUEUED",
    filter: ["metrics.val/top1 >= 80 or name ~ 'x'", "params.seed in (0, 1)"],
    sort: "-metrics.test/top1.at(val/top1)",
    cols: ["name", "metrics.odd, name.best", "params.method.prompts"],
    group: ["params.method.kind", "sweep"],
    hide: ["r1"],
    base: "r2",
    width: ["name:300"],
    pin: ["state"],
    charts: "off",
    starred: "1",
    tasks: "only",
    archived: "only",
    view: "v1",
  });
  expect(runsSearch(parseSearch(stringifySearch({ ...view })))).toEqual(view);
  expect(stringifySearch({ ...runsSearch({}) })).toBe("");
});

test("groups are of runs without the tasks that look at them, unless the address says otherwise", () => {
  const filter = (raw: Parameters<typeof runsSearch>[0]) => scopeOf(runsSearch(raw), undefined).filter;
  expect(filter({})).toBeUndefined();
  expect(filter({ group: ["sweep"] })).toEqual(["of is null"]);
  expect(filter({ group: ["sweep"], tasks: "with" })).toBeUndefined();
  expect(filter({ tasks: "only" })).toEqual(["of is not null"]);
});

test("what an address says wrongly is as if it were not there", () => {
  expect(runsSearch({ state: "SLEEPING", charts: "yes", sort: "" })).toEqual(runsSearch({}));
  expect([...widthsIn(["name:300", "metrics.a:b.best:120", "x:1", "y"])]).toEqual([
    ["name", 300],
    ["metrics.a:b.best", 120],
  ]);
});

test("a metric's column says its key, and which of its values", () => {
  expect(metricIn("metrics.val/top1")).toEqual({ key: "val/top1", part: "last", at: undefined });
  expect(metricIn("metrics.val/top1.best")).toEqual({ key: "val/top1", part: "best", at: undefined });
  expect(metricIn("metrics.test/top1.at(val/top1)")).toEqual({ key: "test/top1", part: "at", at: "val/top1" });
  expect(metricIn("metrics.a.max.last")).toEqual({ key: "a.max", part: "last", at: undefined });
  expect(metricIn("params.metrics")).toBeUndefined();
});

test("a list carries what its columns show and no more; a sweep's list is not narrowed by an experiment", () => {
  const view = runsSearch({ experiment: "e", state: "RUNNING", filter: "a" });
  expect(scopeOf(view, "s")).toEqual({ sweep: "s", state: "RUNNING", filter: ["a"] });
  expect(toQuery(scopeOf(view, undefined), "name", ["name", "metrics.val/top1.best", "metrics.val/top1.last", "metrics.test/top1.at(val/top1)", "params.seed"])).toEqual({
    experiment: "e",
    state: "RUNNING",
    filter: ["a"],
    sort: "name",
    limit: 100,
    metrics: ["val/top1"],
    param: ["seed"],
    field: ["metrics.test/top1.at(val/top1)"],
  });
});

test("sorting goes down, up, and back; toggling the last one off leaves nothing in the address", () => {
  expect(nextSort("-createdAt", "name")).toBe("-name");
  expect(nextSort("-name", "name")).toBe("name");
  expect(nextSort("name", "name")).toBeUndefined();
  expect(toggled(["a"], "a")).toBeUndefined();
  expect(toggled(undefined, "a")).toEqual(["a"]);
});
