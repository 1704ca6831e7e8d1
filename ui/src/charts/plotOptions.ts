import uPlot from "uplot";
import { ticks as labels } from "../components/format";
import { isTime, type XAxis } from "./axis";
import { type Column, seriesOf } from "./columns";
import type { Look } from "./look";
import { durationTicks, type Range, tickValues, xLabels } from "./scale";
import type { Drawn } from "./trace";
import { Underlay } from "./underlay";

/** Colours of the ground that it is drawn on. */
export interface Ground {
  text: string;
  grid: string;
  bad: string;
  font: string;
}

/** Where the cursor is. */
export interface Cursor {
  x: number;
  /** px from the top of the plot's area. */
  top: number;
  /** px from the left of the chart. */
  left: number;
  /** Whether it is in the right half. */
  right: boolean;
}

export interface PlotOptions {
  columns: readonly Column[];
  ground: Ground;
  axis: XAxis;
  logX: boolean;
  logY: boolean;
  width: number;
  height: number;
  syncKey: string;
  /** The ranges and lines of now: they change without a new plot. */
  now: () => { x: Range; y: Range; drawn: readonly Drawn[]; looks: ReadonlyMap<string, Look>; smoothed: boolean; emphasised: number | null };
  onCursor: (cursor: Cursor | null) => void;
  onSelect: (x: Range) => void;
}

const emphasisOf = (column: Column, emphasised: number | null) => (emphasised === null ? "none" : column.trace === emphasised ? "up" : "down");

/** Lets another line stand out; nothing is built anew for it. */
export function emphasise(plot: uPlot, columns: readonly Column[], emphasised: number | null): void {
  for (const [i, column] of columns.entries()) {
    const series = plot.series[i + 1];
    const { stroke, width } = seriesOf(column, emphasisOf(column, emphasised));
    if (!series) continue;
    series.stroke = () => stroke as string;
    series.width = width ?? 1;
  }
  plot.redraw(false, false);
}

export function plotOptions(options: PlotOptions): uPlot.Options {
  const { ground, logX, logY, columns, now } = options;
  const underlay = new Underlay();
  const tick = { stroke: ground.text, grid: { stroke: ground.grid, width: 1 }, ticks: { stroke: ground.grid, width: 1, size: 4 }, font: ground.font };
  const manyX = Math.max(2, Math.floor(options.width / 85));
  const manyY = Math.max(2, Math.floor(options.height / 42));
  const xTicks = (range: Range) =>
    isTime(options.axis) && !logX ? durationTicks(range, manyX) : tickValues(range, logX, manyX, options.axis === "wall" ? "wall" : undefined);
  return {
    width: options.width,
    height: options.height,
    legend: { show: false },
    padding: [8, 18, 0, 0],
    scales: {
      x: { time: false, range: () => [...now().x], ...(logX ? { distr: 3 as const, log: 10 as const } : {}) },
      y: { range: () => [...now().y], ...(logY ? { distr: 3 as const, log: 10 as const } : {}) },
    },
    axes: [
      { ...tick, size: 28, gap: 3, splits: (_u, _i, min, max) => xTicks([min, max]), values: (_u, splits) => xLabels(options.axis, splits) },
      {
        ...tick,
        size: (_u, values) => 14 + 6.6 * Math.max(2, ...(values ?? []).map((text) => String(text).length)),
        gap: 4,
        splits: (_u, _i, min, max) => tickValues([min, max], logY, manyY),
        values: (_u, splits) => labels(splits),
      },
    ],
    series: [{}, ...columns.map((column) => seriesOf(column, emphasisOf(column, now().emphasised)))],
    cursor: {
      y: false,
      sync: { key: options.syncKey, setSeries: false, scales: ["x", null] },
      drag: { x: true, y: false, setScale: false },
      points: {
        size: 7,
        show: (_u, index) => {
          const column = columns[index - 1];
          return column?.role === "line" ? dot() : (null as unknown as HTMLElement);
        },
        fill: (_u, index) => columns[index - 1]?.look.colour ?? "transparent",
        stroke: () => "transparent",
      },
    },
    hooks: {
      setCursor: [
        (plot) => {
          const { left, top } = plot.cursor;
          if (left === undefined || left === null || left < 0) options.onCursor(null);
          else options.onCursor({ x: plot.posToVal(left, "x"), top: top ?? 0, left: plot.bbox.left / uPlot.pxRatio + left, right: left > plot.over.clientWidth / 2 });
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < 4) return;
          options.onSelect([plot.posToVal(left, "x"), plot.posToVal(left + width, "x")]);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      drawClear: [(plot) => drawResumes(plot, now().drawn, columns)],
      drawAxes: [(plot) => underlay.draw(plot, now().drawn, now().looks, now().smoothed, now().emphasised)],
      draw: [(plot) => drawMarks(plot, now().drawn, ground.bad)],
    },
  };
}

const dot = () => document.createElement("div");

/** Where a new attempt went on: a dotted upright for a run alone, a short one at the foot among others. */
function drawResumes(plot: uPlot, drawn: readonly Drawn[], columns: readonly Column[]): void {
  const { ctx, bbox } = plot;
  const px = uPlot.pxRatio;
  ctx.save();
  ctx.lineWidth = px;
  ctx.setLineDash([2 * px, 3 * px]);
  for (const [i, d] of drawn.entries()) {
    if (d.resumes.length === 0) continue;
    ctx.strokeStyle = columns.find((column) => column.trace === i)?.look.colour ?? "gray";
    const height = drawn.length === 1 ? bbox.height : 14 * px;
    for (const at of d.resumes) {
      const x = plot.valToPos(at, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x, bbox.top + bbox.height - height);
      ctx.stroke();
    }
  }
  ctx.restore();
}

/** A cross at the foot for NaN, a wedge at the edge that an infinity points to. */
function drawMarks(plot: uPlot, drawn: readonly Drawn[], colour: string): void {
  const { ctx, bbox } = plot;
  const px = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = 1.5 * px;
  const r = 3.5 * px;
  for (const mark of drawn.flatMap((d) => d.marks)) {
    const x = plot.valToPos(mark.x, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const top = mark.kind === "Infinity";
    const y = top ? bbox.top + r + px : bbox.top + bbox.height - r - px;
    ctx.beginPath();
    if (mark.kind === "NaN") {
      ctx.moveTo(x - r, y - r);
      ctx.lineTo(x + r, y + r);
      ctx.moveTo(x + r, y - r);
      ctx.lineTo(x - r, y + r);
      ctx.stroke();
    } else {
      const tip = top ? -r : r;
      ctx.moveTo(x, y + tip);
      ctx.lineTo(x - r, y - tip);
      ctx.lineTo(x + r, y - tip);
      ctx.fill();
    }
  }
  ctx.restore();
}
