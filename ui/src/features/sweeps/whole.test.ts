// @vitest-environment jsdom
import { expect, test } from "vitest";
import { columnsOf } from "../../testing/columns";
import { aRun } from "../../testing/samples";
import { placesOf } from "./BestPlot";
import { dotsOf } from "./Marks";
import { drawLines, type Line, within } from "./parallelLines";
import { runsOfColumns } from "./useSweepRuns";

test("a movement of a brush looks at lines, and draws of very many a part at once (10,000 runs)", () => {
  const axes = [{ id: "a" }, { id: "b" }];
  const lines = Array.from({ length: 10_000 }, (_, i): Line => ({ run: aRun({ id: String(i) }), ats: [i / 10_000, i % 7 === 0 ? null : 0.5], ys: [i / 10, 5], colour: "red", t: 0 }));
  const inside = lines.filter(within(axes, [{ axis: "a", low: 0, high: 0.1 }, { axis: "a", low: 0.9, high: 1 }, { axis: "b", low: 0.5, high: 1 }]));
  expect(inside).toHaveLength(1715);
  const strokes = { n: 0 };
  const ctx = new Proxy({} as Record<string, unknown>, { get: (_, name) => (name === "stroke" ? () => strokes.n++ : () => undefined), set: () => true });
  const canvas = Object.assign(document.createElement("canvas"), { getContext: () => ctx });
  const stop = drawLines(canvas, lines, [0, 100], { width: 100, height: 100, on: () => true });
  expect(strokes.n).toBe(667);
  stop();
});

test("marks of very many runs are a few paths, those outside the brushes first", () => {
  const marks = Array.from({ length: 2_050 }, (_, i) => ({ run: aRun({ id: String(i) }), x: 2_050 - i, y: i, on: i % 2 === 0 }));
  const dots = dotsOf(marks);
  expect(dots.map(({ on }) => on)).toEqual([...Array<boolean>(11).fill(false), ...Array<boolean>(11).fill(true)]);
  expect(dots[0]!.d.match(/M/g)).toHaveLength(100);
  expect(dots[0]!.d).toMatch(/^M1\.0 2049\.0h0M3\.0 /);
});

test("columns are runs again", () => {
  const given = [aRun({ id: "a", index: 3, params: { rate: 0 }, startedAt: "2026-01-01T00:00:00.000Z", summary: { m: { last: 0, best: 1, count: 2, nonFinite: 0 } } }), aRun({ id: "b", params: {}, summary: {} })];
  const [a, b] = runsOfColumns("s", columnsOf(given, ["m"]));
  expect(a).toMatchObject({ id: "a", index: 3, params: { rate: 0 }, startedAt: "2026-01-01T00:00:00.000Z", summary: { m: { last: 0, best: 1, count: 2 } } });
  expect([b!.params, b!.summary]).toEqual([{}, {}]);
});

test("the line of the best ends at the last run", () => {
  const step = { name: "a", value: 3, n: 2, hours: 1, deviceHours: 4 };
  const progress = { goal: "MAX" as const, runs: 9, hours: 5, deviceHours: 20, steps: [step] };
  expect(placesOf(progress, "runs")).toEqual([{ at: 2, best: 3 }, { at: 9, best: 3 }]);
  expect(placesOf(progress, "device-hours")).toEqual([{ at: 4, best: 3 }, { at: 20, best: 3 }]);
  expect(placesOf({ ...progress, steps: [] }, "hours")).toEqual([]);
});
