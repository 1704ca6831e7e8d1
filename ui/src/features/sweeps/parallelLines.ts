import type { RunView } from "../../api/types";
import { ramp } from "../../components/colour";
import type { Brush } from "./view";

/** The ends of the ramp that the ground would swallow are left out. @param t where the result lies, 0 to 1 */
export const shade = (t: number, dark: boolean) => ramp(dark ? 0.28 + 0.72 * t : 0.05 + 0.87 * t);

/** A run's line: its height on each axis, null where it has no place there. */
export interface Line {
  run: RunView;
  /** Where it lies on each axis, 0 to 1, and the same in px from the top. */
  ats: (number | null)[];
  ys: (number | null)[];
  /** Null where it has no result. */
  colour: string | null;
  t: number | null;
}

/** More lines than this are drawn a pixel thin: without a graphics card a wider line takes six times as long, and nobody sees its width among them. */
const MANY = 300;
/** Lines that are drawn at once, so that a movement has its picture in the same moment; and after it in each frame. */
const AT_ONCE = 700;
/** ms without a movement until those are drawn that did not fit. */
const REST_MS = 120;

export interface Look {
  width: number;
  height: number;
  /** Of whether a line lies inside all brushes. */
  on: (line: Line) => boolean;
  /** Another line stands out. */
  quiet?: boolean;
  weight?: number;
}

/**
 * Draws lines one over the other. Of very many the picture is at first that of some, evenly from all, the last among them; the others follow frame by
 * frame in their order, once nothing moves.
 *
 * @returns ends what is still to be drawn
 */
export function drawLines(canvas: HTMLCanvasElement | null, lines: readonly Line[], xs: readonly number[], look: Look): () => void {
  const ctx = canvas?.getContext("2d");
  if (!canvas || !ctx) return () => undefined;
  cleared(canvas, ctx, look);
  const stroke = strokes(canvas, ctx, lines.length > MANY, xs, look);
  if (lines.length <= AT_ONCE) {
    stroke(lines);
    return () => undefined;
  }
  const step = Math.ceil(lines.length / AT_ONCE);
  stroke(lines.filter((_, i) => (lines.length - 1 - i) % step === 0));
  let done = 0;
  let frame = 0;
  const more = () => {
    stroke(lines.slice(done, done + AT_ONCE));
    done += AT_ONCE;
    if (done < lines.length) frame = requestAnimationFrame(more);
  };
  const rest = setTimeout(more, REST_MS);
  return () => {
    clearTimeout(rest);
    cancelAnimationFrame(frame);
  };
}

function cleared(canvas: HTMLCanvasElement, ctx: CanvasRenderingContext2D, { width, height }: Look): void {
  const px = globalThis.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * px) || canvas.height !== Math.round(height * px)) {
    canvas.width = Math.round(width * px);
    canvas.height = Math.round(height * px);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  ctx.setTransform(px, 0, 0, px, 0, 0);
  ctx.clearRect(0, 0, width, height);
}

function strokes(canvas: HTMLCanvasElement, ctx: CanvasRenderingContext2D, many: boolean, xs: readonly number[], { on, quiet, weight = 1.5 }: Look) {
  const style = getComputedStyle(canvas);
  const off = style.getPropertyValue("--line").trim();
  const none = style.getPropertyValue("--faint").trim();
  const width = many ? 1 / (globalThis.devicePixelRatio || 1) : weight;
  return (lines: readonly Line[]) => {
    ctx.lineWidth = width;
    for (const line of lines) {
      const inside = on(line);
      ctx.strokeStyle = inside ? (line.colour ?? none) : off;
      ctx.globalAlpha = inside ? (quiet ? 0.35 : 0.9) : 0.6;
      ctx.setLineDash(line.colour === null ? [3, 3] : []);
      ctx.beginPath();
      let drawn = false;
      for (let i = 0; i < line.ys.length; i++) {
        const y = line.ys[i]!;
        if (y === null) continue;
        if (drawn) ctx.lineTo(xs[i]!, y);
        else ctx.moveTo(xs[i]!, y);
        drawn = true;
      }
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
  };
}

/** Whether a line lies in one brush of each axis that has some. */
export function within(axes: readonly { id: string }[], brushes: readonly Brush[]): (line: Line) => boolean {
  const wanted = axes.flatMap(({ id }, i) => {
    const own = brushes.filter((brush) => brush.axis === id);
    return own.length > 0 ? [{ i, own }] : [];
  });
  return ({ ats }) =>
    wanted.every(({ i, own }) => {
      const at = ats[i] ?? null;
      return at !== null && own.some((brush) => at >= brush.low && at <= brush.high);
    });
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
