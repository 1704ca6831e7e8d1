import { describe, expect, test } from "vitest";
import { type Me, mayOf } from "./may";

const me = (part: Partial<Me> = {}): Me => ({ name: "ann", administrator: false, readOnly: false, way: "SESSION", projects: [], ...part });
const birds = (role: Me["projects"][number]["role"]) => me({ projects: [{ name: "birds", role }] });
const anns = { project: "birds", createdBy: "ann" };
const bobs = { project: "birds", createdBy: "bob" };

describe("what one may", () => {
  test("a viewer looks", () => {
    const may = mayOf(birds("VIEWER"), "");
    expect([may.work(), may.work("birds"), may.change(anns), may.change(bobs)]).toEqual([false, false, false, false]);
  });

  test("a researcher makes things and changes what is their own, in their project", () => {
    const may = mayOf(birds("RESEARCHER"), "");
    expect([may.work(), may.work("birds"), may.work("fish"), may.change(anns), may.change(bobs), may.change({ ...anns, project: "fish" })]).toEqual([true, true, false, true, false, false]);
  });

  test("a maintainer changes everybody's there, an administrator everywhere", () => {
    expect(mayOf(birds("MAINTAINER"), "").change(bobs)).toBe(true);
    expect(mayOf(birds("MAINTAINER"), "").change({ ...bobs, project: "fish" })).toBe(false);
    expect(mayOf(me({ administrator: true }), "").change(bobs)).toBe(true);
  });

  test("in the project that is looked at, the role there counts", () => {
    const both = me({ projects: [{ name: "birds", role: "VIEWER" }, { name: "fish", role: "MAINTAINER" }] });
    expect([mayOf(both, "").work(), mayOf(both, "birds").work(), mayOf(both, "fish").work()]).toEqual([true, false, true]);
  });

  test("a token that only reads changes nothing, whoever showed it", () => {
    const may = mayOf(me({ administrator: true, readOnly: true }), "");
    expect([may.work(), may.change(anns)]).toEqual([false, false]);
  });
});
