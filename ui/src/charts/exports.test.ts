import { expect, test } from "vitest";
import { looks as looksOf } from "../components/colour";
import { csvOf, svgOf } from "./exports";
import { extent, xExtent } from "./scale";
import { drawAll, type Trace } from "./trace";

const trace: Trace = {
  id: "a",
  label: 'run <1> & "x"',
  series: {
    run: "a",
    key: "train/loss",
    points: 2,
    nonFinite: 1,
    exact: true,
    steps: [1, 2, 3],
    epochs: [0.1, 0.2, 0.3],
    times: [0, 1_000_000, 2_000_000],
    last: [0.1234567890123, NaN, 2],
  },
};

test("CSV has every digit and the time with its zone (U-10)", () => {
  expect(csvOf("train/loss", [trace]).split("\r\n")).toEqual([
    "run,name,metric,step,epoch,time,value",
    'a,"run <1> & ""x""",train/loss,1,0.1,1970-01-01T00:00:00.000Z,0.1234567890123',
    'a,"run <1> & ""x""",train/loss,2,0.2,1970-01-01T00:00:01.000Z,NaN',
    'a,"run <1> & ""x""",train/loss,3,0.3,1970-01-01T00:00:02.000Z,2',
    "",
  ]);
});

test("CSV of buckets has their extremes, of groups their mean, deviation and n", () => {
  const coarse = { ...trace, series: { ...trace.series, exact: false, min: [0, 0, 0], max: [9, 9, 9] } };
  expect(csvOf("k", [coarse]).split("\r\n")[1]).toMatch(/,0\.1234567890123,0,9$/);
  expect(csvOf("k", [{ ...coarse, label: "pgn", runs: [3, 3, 2] }]).split("\r\n")[3]).toBe("pgn,k,3,2,2,0,9");
});

test("SVG escapes names, draws a gap where there is no value, and says what it shows", () => {
  const options = { axis: "step", smoothing: "none", weight: 0, ghosts: false, logX: false, logY: false } as const;
  const drawn = drawAll([trace], options);
  const svg = svgOf({ title: "train/loss", drawn, looks: looksOf(["a"], false), ...options, x: xExtent(drawn), y: extent(drawn, undefined, false), smoothed: false, note: "3 points" });
  expect(svg).toContain("run &lt;1&gt; &amp; &quot;x&quot;");
  expect(svg).toContain("3 points");
  const path = /<path d="([^"]+)" stroke="#[0-9a-f]+" stroke-width/.exec(svg)![1]!;
  expect(path.match(/M/g)).toHaveLength(2);
  expect(svg).not.toMatch(/NaN|undefined/);
});
