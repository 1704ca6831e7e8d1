import type uPlot from "uplot";
import type { Value } from "./series";

interface Pen {
  moveTo: (x: number, y: number) => void;
  lineTo: (x: number, y: number) => void;
}

/** Where a value of a scale lies, in the canvas' own pixels; without looking the scale up for each. */
export function positions(plot: uPlot, key: "x" | "y"): (value: number) => number {
  const { min, max, distr } = plot.scales[key]!;
  const { left, top, width, height } = plot.bbox;
  const f = distr === 3 ? Math.log10 : (v: number) => v;
  const low = f(min ?? 0);
  const factor = 1 / (f(max ?? 1) - low);
  return key === "x" ? (v) => left + (f(v) - low) * factor * width : (v) => top + height - (f(v) - low) * factor * height;
}

/**
 * Draws a line with as many corners as the eye can tell: what falls into one column of pixels becomes one corner, or where it spreads over
 * more than a pixel its first, least, greatest and last. A value that is undefined is passed over, null is a gap.
 */
export function penLine(pen: Pen, xs: ArrayLike<number>, ys: ArrayLike<Value | undefined>, from: number, to: number, px: (x: number) => number, py: (y: number) => number): void {
  let down = false;
  let column = NaN;
  let n = 0;
  let x = 0;
  let firstX = 0;
  let first = 0;
  let low = 0;
  let high = 0;
  let last = 0;
  const corner = (cx: number, cy: number) => {
    if (down) pen.lineTo(cx, cy);
    else pen.moveTo(cx, cy);
    down = true;
  };
  const flush = () => {
    if (n === 0) return;
    if (n > 1 && high - low > 1) {
      corner(firstX, first);
      corner(x, low);
      corner(x, high);
    }
    corner(x, last);
    n = 0;
  };
  for (let i = from; i <= to; i++) {
    const value = ys[i];
    if (value === undefined) continue;
    if (value === null) {
      flush();
      down = false;
      column = NaN;
      continue;
    }
    const cx = px(xs[i]!);
    const cy = py(value);
    const at = Math.floor(cx);
    if (at !== column) {
      flush();
      column = at;
      firstX = cx;
      first = low = high = cy;
    }
    x = cx;
    last = cy;
    if (cy < low) low = cy;
    if (cy > high) high = cy;
    n++;
  }
  flush();
}

/** The same as uPlot builds a series' path. */
export const thinned: uPlot.Series.PathBuilder = (plot, index, from, to) => {
  const stroke = new Path2D();
  penLine(stroke, plot.data[0], plot.data[index]!, from, to, positions(plot, "x"), positions(plot, "y"));
  return { stroke, fill: null, clip: null, band: null, gaps: [], flags: 0 };
};
