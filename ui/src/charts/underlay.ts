import type uPlot from "uplot";
import { drawBands } from "./bands";
import { faded, type Look } from "./look";
import { penLine, positions } from "./thin";
import type { Drawn } from "./trace";

/**
 * Bands and faint raw values, under the lines. They do not change while lines are smoothed: they are drawn once and copied from then on, for a
 * browser without a graphics card takes longer for them than for everything else.
 */
export class Underlay {
  private readonly canvas = document.createElement("canvas");
  private key: readonly unknown[] = [];

  draw(plot: uPlot, drawn: readonly Drawn[], looks: ReadonlyMap<string, Look>, smoothed: boolean, emphasised: number | null): void {
    const { width, height } = plot.ctx.canvas;
    const { x, y } = plot.scales;
    const key = [width, height, x?.min, x?.max, y?.min, y?.max, smoothed, smoothed ? emphasised : null, ...drawn.flatMap((d) => [d.x, d.raw, d.low, d.high, looks.get(d.id)?.colour])];
    if (key.length !== this.key.length || key.some((part, i) => part !== this.key[i])) {
      this.key = key;
      this.canvas.width = width;
      this.canvas.height = height;
      const ctx = this.canvas.getContext("2d");
      if (!ctx) return;
      const { bbox } = plot;
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      drawBands(ctx, plot, drawn, looks);
      if (smoothed) {
        const [px, py] = [positions(plot, "x"), positions(plot, "y")];
        ctx.lineWidth = Math.max(1, Math.floor(devicePixelRatio));
        for (const [i, d] of drawn.entries()) {
          ctx.strokeStyle = faded(looks.get(d.id)?.colour ?? "#808080", emphasised !== null && emphasised !== i ? 0x18 : 0x48);
          ctx.beginPath();
          penLine(ctx, d.x, d.raw, 0, d.x.length - 1, px, py);
          ctx.stroke();
        }
      }
    }
    if (width > 0 && height > 0) plot.ctx.drawImage(this.canvas, 0, 0);
  }
}
