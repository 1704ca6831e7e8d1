// @vitest-environment jsdom
import { beforeEach, describe, expect, test } from "vitest";
import { isBare, nextSort, remember, remembered, runsUrl, type RunsView, toQuery } from "./view";

const view: RunsView = {
  experiment: "eurosat prompts",
  states: ["RUNNING", "FAILED"],
  filters: ["metrics.val/top1 >= 80", "params.method.prompts = 4"],
  search: "pgn & co",
  sort: "-metrics.val/top1.best",
  columns: ["state", "name", "metrics.a,b.last", "params.optimizer.learningRate"],
  differing: true,
  selected: ["1", "2"],
};

const roundTrip = (state: RunsView) => {
  const search = new URLSearchParams();
  runsUrl.write(state, search);
  return runsUrl.read(new URLSearchParams(search.toString()));
};

describe("the address", () => {
  test("holds all of the view", () => expect(roundTrip(view)).toEqual(view));

  test("is empty for the default view", () => {
    const search = new URLSearchParams();
    runsUrl.write(runsUrl.read(new URLSearchParams()), search);
    expect(search.toString()).toBe("");
  });

  test("drops words that are no state, and keeps what belongs to others", () => {
    const search = new URLSearchParams("state=RUNNING,NONSENSE&tab=x");
    const read = runsUrl.read(search);
    expect(read.states).toEqual(["RUNNING"]);
    runsUrl.write({ ...read, states: [] }, search);
    expect(search.toString()).toBe("tab=x");
  });
});

describe("what is asked", () => {
  test("the name is one more filter, quoted", () => {
    expect(toQuery({ ...view, search: 'a "b" \\' }, undefined).filter?.at(-1)).toBe('name ~ "a \\"b\\" \\\\"');
  });

  test("a sweep's runs are not narrowed by experiment", () => {
    expect(toQuery(view, "s1")).toMatchObject({ sweep: "s1", experiment: undefined, state: "RUNNING,FAILED", limit: 100 });
  });
});

test("a head sorts down, then up, then not at all", () => {
  expect(nextSort("-createdAt", "name")).toBe("-name");
  expect(nextSort("-name", "name")).toBe("name");
  expect(nextSort("name", "name")).toBe("-createdAt");
});

describe("the memory of an experiment", () => {
  beforeEach(() => localStorage.clear());

  test("gives back the view, not the selection", () => {
    remember(view);
    expect(remembered("eurosat prompts")).toEqual({ ...view, selected: [] });
    expect(remembered("other").columns).toBeUndefined();
  });

  test("is asked only where the address says nothing", () => {
    expect(isBare(new URLSearchParams("experiment=a"))).toBe(true);
    expect(isBare(new URLSearchParams("experiment=a&sort=name"))).toBe(false);
  });
});
