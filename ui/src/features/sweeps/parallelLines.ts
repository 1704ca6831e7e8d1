import type { RunView } from "../../api/types";
import { ramp } from "../../components/colour";

/** The ends of the ramp that the ground would swallow are left out. @param t where the result lies, 0 to 1 */
export const shade = (t: number, dark: boolean) => ramp(dark ? 0.28 + 0.72 * t : 0.05 + 0.87 * t);

/** A run's line: its height on each axis, null where it has no place there. */
export interface Line {
  run: RunView;
  ys: (number | null)[];
  /** Inside all brushes. */
  on: boolean;
  /** Null where it has no result. */
  colour: string | null;
  t: number | null;
}

/** More lines than this are drawn a pixel thin: without a graphics card a wider line takes six times as long, and nobody sees its width among them. */
const MANY = 300;

/** @param quiet another line stands out */
export function drawLines(canvas: HTMLCanvasElement | null, lines: readonly Line[], xs: readonly number[], width: number, height: number, quiet: boolean, weight = 1.5): void {
  const ctx = canvas?.getContext("2d");
  if (!canvas || !ctx) return;
  const px = globalThis.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * px) || canvas.height !== Math.round(height * px)) {
    canvas.width = Math.round(width * px);
    canvas.height = Math.round(height * px);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  ctx.setTransform(px, 0, 0, px, 0, 0);
  ctx.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  const off = style.getPropertyValue("--line").trim();
  const none = style.getPropertyValue("--faint").trim();
  ctx.lineWidth = lines.length > MANY ? 1 / px : weight;
  for (const line of lines) {
    ctx.strokeStyle = line.on ? (line.colour ?? none) : off;
    ctx.globalAlpha = line.on ? (quiet ? 0.35 : 0.9) : 0.6;
    ctx.setLineDash(line.colour === null ? [3, 3] : []);
    ctx.beginPath();
    let drawn = false;
    for (const [i, y] of line.ys.entries()) {
      if (y === null) continue;
      if (drawn) ctx.lineTo(xs[i]!, y);
      else ctx.moveTo(xs[i]!, y);
      drawn = true;
    }
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
}

const REACH = 7;

/** The line that passes nearest to a point, within reach. */
export function nearestLine(lines: readonly Line[], xs: readonly number[], x: number, y: number): Line | null {
  let found: Line | null = null;
  let least = REACH;
  for (const line of lines) {
    let before = -1;
    for (const [i, at] of line.ys.entries()) {
      if (at === null) continue;
      if (before >= 0 && x >= xs[before]! && x <= xs[i]!) {
        const from = line.ys[before]!;
        const t = (x - xs[before]!) / (xs[i]! - xs[before]! || 1);
        const away = Math.abs(from + t * (at - from) - y);
        if (away <= least) {
          least = away;
          found = line;
        }
      }
      before = i;
    }
  }
  return found;
}
