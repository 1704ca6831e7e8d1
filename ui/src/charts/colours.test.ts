import { describe, expect, test } from "vitest";
import { looks } from "./colours";

const ids = (n: number) => Array.from({ length: n }, (_, i) => `0f0000${i}-3c1a`);

describe("colours", () => {
  test("are distinct among what is shown, and solid until they run out", () => {
    const ten = [...looks(ids(10), false).values()];
    expect(new Set(ten.map((look) => look.colour)).size).toBe(10);
    expect(ten.every((look) => look.dash.length === 0)).toBe(true);
    const more = [...looks(ids(25), false).values()];
    expect(new Set(more.map((look) => JSON.stringify(look))).size).toBe(25);
    expect(more.slice(0, 10)).toEqual(ten);
  });

  test("hang on the id: what is shown beside does not change the first one's, and order of arrival does not matter without a clash", () => {
    const [a = "", b = ""] = ids(9);
    expect(looks([a], false).get(a)).toEqual(looks([a, b], false).get(a));
    expect(looks([a, a], true).size).toBe(1);
  });

  test("have a shade for each ground", () => {
    expect(looks(["a"], true).get("a")).not.toEqual(looks(["a"], false).get("a"));
  });
});
