import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { aRun } from "../../testing/samples";
import { groupsCsv } from "./groupsCsv";
import { toQuery } from "./search";
import { fieldsInTurn, readRuns } from "./useRuns";

const asked: URLSearchParams[] = [];
const all = (name: string) => asked.map((query) => query.getAll(name));
const server = setupServer(
  http.get("*/api/v1/runs", ({ request }) => {
    const query = new URL(request.url).searchParams;
    asked.push(query);
    const summary = Object.fromEntries(query.getAll("metrics").map((key) => [key, { last: Number(key.slice(1)), count: 1, nonFinite: 0 }]));
    const config = Object.fromEntries(query.getAll("param").map((path) => [path, path]));
    return HttpResponse.json({ items: [aRun({ id: "a", name: "a", summary, config }), aRun({ id: "b", name: "b", summary, config })], next: query.has("filter") ? null : "n", total: 9, more: false, metrics: [] });
  }),
  http.get("*/api/v1/runs/groups", ({ request }) => {
    const query = new URL(request.url).searchParams;
    asked.push(query);
    const fields = Object.fromEntries(query.getAll("field").map((field, i) => [field, i === 0 ? { n: 3, mean: 0.1 + 0.2, std: 1e-17 } : { n: 0 }]));
    const second = query.get("cursor") === "2nd";
    return HttpResponse.json({ items: [{ by: { "params.kind": second ? null : "=a,b" }, filter: second ? "none" : "one", runs: 4, states: {}, fields }], next: second ? null : "2nd", total: 2, more: false });
  }),
);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => asked.splice(0));
afterAll(() => server.close());

test("columns beyond what one answer holds are asked of the page's runs anew, so that none is empty without a word", async () => {
  const columns = Array.from({ length: 70 }, (_, i) => `metrics.m${i}.last`).concat(Array.from({ length: 120 }, (_, i) => `params.p${i}`));
  const page = await readRuns(toQuery({ experiment: "e", archived: "true" }, "name", columns));
  expect(page.next).toBe("n");
  expect(page.items.map((run) => [run.id, run.summary.m69?.last, run.config?.p0, run.config?.p119])).toEqual([
    ["a", 69, "p0", "p119"],
    ["b", 69, "p0", "p119"],
  ]);
  expect(all("metrics").map((keys) => keys.length)).toEqual([50, 20, 0]);
  expect(all("param").map((paths) => paths.length)).toEqual([50, 50, 20]);
  expect(all("filter")).toEqual([[], ["id in (a,b)"], ["id in (a,b)"]]);
  expect(all("archived")).toEqual([["true"], ["true"], ["true"]]);
});

test("means beyond what one answer holds come in parts, each with what the groups are sorted by", () => {
  const fields = Array.from({ length: 45 }, (_, i) => `metrics.m${i}`);
  const parts = fieldsInTurn(fields, "-metrics.m44", 4);
  expect(parts.map((part) => [part.length, part[0]])).toEqual([[4, "metrics.m44"], [20, "metrics.m44"], [20, "metrics.m44"], [4, "metrics.m44"]]);
  expect(new Set(parts.flat()).size).toBe(45);
  expect(fieldsInTurn([], undefined, 4)).toEqual([[]]);
});

test("the groups' CSV has every group and every digit, of each metric's column n, mean and deviation", async () => {
  const csv = await groupsCsv({ experiment: "e" }, ["params.kind"], "-createdAt", ["name", "metrics.x.best", "params.seed"]);
  expect(csv).toBe(
    "params.kind,runs,metrics.x.best n,metrics.x.best mean,metrics.x.best std\r\n" + `"'=a,b",4,3,0.30000000000000004,1e-17\r\n` + ",4,3,0.30000000000000004,1e-17\r\n",
  );
  expect(all("cursor")).toEqual([[], ["2nd"]]);
  expect(all("sort")).toEqual([["params.kind"], ["params.kind"]]);
});
