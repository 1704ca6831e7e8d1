import uPlot from "uplot";
import type { Look as Stroke } from "../../components/colour";
import { duration, ticks } from "../../components/format";
import type { Curve, Mark } from "./curve";
import type { XAxis } from "./view";

export interface Look {
  stroke: Stroke;
  text: string;
  grid: string;
  bad: string;
  ghost: string;
}

export interface PlotOptions {
  look: Look;
  axis: XAxis;
  logY: boolean;
  smoothed: boolean;
  banded: boolean;
  ghosts: number;
  width: number;
  height: number;
  marks: () => readonly Mark[];
  onCursor: (index: number | null) => void;
  onSelect: (from: number, to: number) => void;
}

/** Columns: x, line, raw, high, low, then one for each ghost, whose own x values are joined in. */
export function columnsOf(curve: Curve): uPlot.AlignedData {
  const none = curve.x.map(() => null);
  const main: uPlot.AlignedData = [
    curve.x,
    curve.line,
    curve.raw,
    curve.high.length ? curve.high : none,
    curve.low.length ? curve.low : none,
  ];
  if (curve.ghosts.length === 0) return main;
  return uPlot.join([main, ...curve.ghosts.map((ghost): uPlot.AlignedData => [ghost.x, ghost.y])]);
}

/** `#rrggbb` with an alpha of 0 to 255. */
export const faded = (colour: string, alpha: number) => colour + alpha.toString(16).padStart(2, "0");

export function plotOptions(options: PlotOptions): uPlot.Options {
  const { look, logY, smoothed, banded } = options;
  const { colour, dash } = look.stroke;
  const font = "11px system-ui, sans-serif";
  const tick = { stroke: look.text, grid: { stroke: look.grid, width: 1 }, ticks: { stroke: look.grid, width: 1, size: 4 }, font };
  const ghost: uPlot.Series = { stroke: look.ghost, width: 1, dash: [3, 3], points: { show: false } };
  return {
    width: options.width,
    height: options.height,
    legend: { show: false },
    padding: [8, 10, 0, 0],
    scales: { x: { time: false }, y: logY ? { distr: 3, log: 10 } : {} },
    axes: [
      { ...tick, size: 30, values: (_, splits) => (options.axis === "time" ? splits.map((s) => duration(s)) : ticks(splits)) },
      { ...tick, size: 52, values: (_, splits) => ticks(splits) },
    ],
    series: [
      {},
      { stroke: colour, width: 1.75, dash: [...dash], points: { size: 4 } },
      { stroke: faded(colour, 0x55), width: 1, show: smoothed, points: { show: false } },
      { stroke: "transparent", show: banded, points: { show: false } },
      { stroke: "transparent", show: banded, points: { show: false } },
      ...Array.from({ length: options.ghosts }, () => ghost),
    ],
    bands: banded ? [{ series: [3, 4], fill: faded(colour, 0x30) }] : [],
    cursor: {
      sync: { key: "runyard.curves", setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { size: 7, fill: colour },
    },
    hooks: {
      setCursor: [(plot) => options.onCursor(plot.cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          if (plot.select.width < 4) return;
          options.onSelect(plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x"));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      draw: [(plot) => drawMarks(plot, options.marks(), look.bad)],
    },
  };
}

/** A cross at the foot for NaN, a wedge at the edge that an infinity points to. */
function drawMarks(plot: uPlot, marks: readonly Mark[], colour: string): void {
  const { ctx, bbox } = plot;
  const px = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = 1.5 * px;
  const r = 3.5 * px;
  for (const mark of marks) {
    const x = plot.valToPos(mark.x, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const top = mark.kind === "Infinity";
    const y = top ? bbox.top + r + px : bbox.top + bbox.height - r - px;
    ctx.beginPath();
    if (mark.kind === "Infinity" || mark.kind === "-Infinity") {
      const tip = top ? -r : r;
      ctx.moveTo(x, y + tip);
      ctx.lineTo(x - r, y - tip);
      ctx.lineTo(x + r, y - tip);
      ctx.fill();
    } else {
      ctx.moveTo(x - r, y - r);
      ctx.lineTo(x + r, y + r);
      ctx.moveTo(x + r, y - r);
      ctx.lineTo(x - r, y + r);
      ctx.stroke();
    }
  }
  ctx.restore();
}
