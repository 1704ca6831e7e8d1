import type uPlot from "uplot";
import { faded, type Look } from "./look";
import { penLine, positions } from "./thin";
import type { Drawn } from "./trace";

/**
 * From the lowest to the highest of each bucket, or a group's mean ∓ deviation. uPlot's own bands fill one side of a line through a clip as long
 * as the other, which costs a browser without a graphics card some milliseconds each; an outline that is filled costs a tenth of it.
 */
export function drawBands(ctx: CanvasRenderingContext2D, plot: uPlot, drawn: readonly Drawn[], looks: ReadonlyMap<string, Look>): void {
  const [px, py] = [positions(plot, "x"), positions(plot, "y")];
  for (const d of drawn) {
    if (!d.low || !d.high) continue;
    ctx.fillStyle = faded(looks.get(d.id)?.colour ?? "#808080", 0x26);
    ctx.beginPath();
    for (const [from, to] of stretches(d.low, d.high)) {
      penLine(ctx, d.x, d.high, from, to - 1, px, py);
      for (let i = to - 1; i >= from; i--) ctx.lineTo(px(d.x[i]!), py(d.low[i]!));
      ctx.closePath();
    }
    ctx.fill();
  }
}

/** Index ranges, end excluded, in which both edges have a value: a band ends at a gap. */
export function stretches(low: Drawn["raw"], high: Drawn["raw"]): [number, number][] {
  const found: [number, number][] = [];
  let from = -1;
  for (let i = 0; i <= low.length; i++) {
    const there = i < low.length && low[i] !== null && high[i] !== null;
    if (there && from < 0) from = i;
    if (!there && from >= 0) {
      found.push([from, i]);
      from = -1;
    }
  }
  return found;
}
