import { area, line } from "d3-shape";
import { scaleLinear, scaleLog } from "d3-scale";
import { toCsv } from "../components/csv";
import { ticks as labels } from "../components/format";
import { isTime, X_NAMES, type XAxis } from "./axis";
import { faded, type Look } from "./look";
import { durationTicks, type Range, tickValues, xLabels } from "./scale";
import type { Value } from "./series";
import type { Drawn, Trace } from "./trace";

/** Every number that is drawn, as it came: nothing is rounded, nothing smoothed. */
export function csvOf(key: string, traces: readonly Trace[]): string {
  const coarse = traces.some(({ series, runs }) => !series.exact && !runs);
  const groups = traces.some(({ runs }) => runs);
  const by = traces.find(({ placed }) => placed)?.placed?.axis;
  const head = groups ? ["group", "metric", by ? `${X_NAMES[by]}${isTime(by) ? " (s)" : ""}` : "step", "runs", "mean", "mean - std", "mean + std"] : ["run", "name", "metric", "step", "epoch", "time", "value"];
  const rows: (string | number | null)[][] = [[...head, ...(coarse ? ["lowest", "highest"] : [])]];
  for (const { id, label, series, runs, placed } of traces) {
    for (const [i, step] of series.steps.entries()) {
      const value = text(series.last[i]);
      if (groups) rows.push([label, key, placed?.x[i] ?? step, runs?.[i] ?? null, value, text(series.min?.[i]), text(series.max?.[i])]);
      else {
        rows.push([
          id,
          label,
          key,
          step,
          series.epochs?.[i] ?? null,
          new Date(series.times[i]! / 1000).toISOString(),
          value,
          ...(coarse ? [text(series.min?.[i]), text(series.max?.[i])] : []),
        ]);
      }
    }
  }
  return toCsv(rows.map((row) => row.map((cell) => (cell === null ? "" : String(cell)))));
}

const text = (value: Value | undefined) => (value === undefined ? null : value);

export interface Picture {
  title: string;
  drawn: readonly Drawn[];
  looks: ReadonlyMap<string, Look>;
  axis: XAxis;
  logX: boolean;
  logY: boolean;
  x: Range;
  y: Range;
  smoothed: boolean;
  note: string;
}

const WIDTH = 720;
const PLOT = { left: 64, top: 36, width: 640, height: 320 };
const ROW = 18;

const escaped = (words: string) => words.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);

/** The chart as a picture for papers and slides: on white, with its lines named below. */
export function svgOf(picture: Picture): string {
  const { drawn, looks, x, y, axis } = picture;
  const shown = drawn.filter((d) => d.x.length > 0);
  const height = PLOT.top + PLOT.height + 46 + shown.length * ROW + 22;
  const xs = (picture.logX ? scaleLog : scaleLinear)([x[0], x[1]], [PLOT.left, PLOT.left + PLOT.width]);
  const ys = (picture.logY ? scaleLog : scaleLinear)([y[0], y[1]], [PLOT.top + PLOT.height, PLOT.top]);
  const at = (n: number) => Number(n.toFixed(2));
  const xTicks = isTime(axis) && !picture.logX ? durationTicks(x, 7) : tickValues(x, picture.logX, 7, axis === "wall" ? "wall" : undefined);
  const yTicks = tickValues(y, picture.logY, 7);
  const xNames = xLabels(axis, xTicks);
  const yNames = labels(yTicks);
  const bottom = PLOT.top + PLOT.height;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="Inter, Helvetica, Arial, sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${PLOT.left}" y="22" font-size="14" font-weight="600" fill="#18202c">${escaped(picture.title)}</text>`,
    `<clipPath id="c"><rect x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.width}" height="${PLOT.height}"/></clipPath>`,
  ];
  for (const [i, tick] of yTicks.entries()) {
    const py = at(ys(tick));
    out.push(`<line x1="${PLOT.left}" x2="${PLOT.left + PLOT.width}" y1="${py}" y2="${py}" stroke="#e1e5ec"/>`);
    out.push(`<text x="${PLOT.left - 8}" y="${py + 4}" text-anchor="end" fill="#5f6b7e">${escaped(yNames[i]!)}</text>`);
  }
  for (const [i, tick] of xTicks.entries()) {
    const px = at(xs(tick));
    out.push(`<line x1="${px}" x2="${px}" y1="${bottom}" y2="${bottom + 4}" stroke="#8a94a6"/>`);
    out.push(`<text x="${px}" y="${bottom + 17}" text-anchor="middle" fill="#5f6b7e">${escaped(xNames[i]!)}</text>`);
  }
  out.push(`<text x="${PLOT.left + PLOT.width / 2}" y="${bottom + 33}" text-anchor="middle" fill="#434d5e">${X_NAMES[axis]}</text>`, `<g clip-path="url(#c)" fill="none" stroke-linejoin="round">`);
  const curve = (px: readonly number[], py: readonly Value[]) =>
    line<number>()
      .defined((i) => py[i] !== null && py[i] !== undefined)
      .x((i) => at(xs(px[i]!)))
      .y((i) => at(ys(py[i]!)))(px.keys()) ?? "";
  for (const d of shown) {
    const look = looks.get(d.id) ?? { colour: "#808080", dash: [] };
    const { low, high } = d;
    if (low && high) {
      const band = area<number>()
        .defined((i) => low[i] !== null && high[i] !== null)
        .x((i) => at(xs(d.x[i]!)))
        .y0((i) => at(ys(low[i]!)))
        .y1((i) => at(ys(high[i]!)))(d.x.keys());
      out.push(`<path d="${band ?? ""}" fill="${look.colour}" fill-opacity="0.15"/>`);
    }
    for (const ghost of d.ghosts) out.push(`<path d="${curve(ghost.x, ghost.y)}" stroke="${faded(look.colour, 0x99)}" stroke-dasharray="3 3"/>`);
    if (picture.smoothed) out.push(`<path d="${curve(d.x, d.raw)}" stroke="${look.colour}" stroke-opacity="0.3"/>`);
    const dash = look.dash.length ? ` stroke-dasharray="${look.dash.join(" ")}"` : "";
    out.push(`<path d="${curve(d.x, Array.from<Value>(d.line))}" stroke="${look.colour}" stroke-width="1.75"${dash}/>`);
  }
  out.push("</g>");
  for (const [i, d] of shown.entries()) {
    const py = bottom + 52 + i * ROW;
    out.push(`<line x1="${PLOT.left}" x2="${PLOT.left + 22}" y1="${py - 4}" y2="${py - 4}" stroke="${looks.get(d.id)?.colour ?? "#808080"}" stroke-width="2.5"/>`);
    out.push(`<text x="${PLOT.left + 30}" y="${py}" fill="#18202c">${escaped(d.label)}</text>`);
  }
  out.push(`<text x="${PLOT.left}" y="${height - 10}" font-size="10" fill="#5f6b7e">${escaped(picture.note)}</text>`, "</svg>");
  return out.join("\n");
}

/** The same picture in pixels, twice as fine as a screen. The page's policy lets pictures be written into an address, not blobs. */
export async function pngOf(picture: Picture): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(picture))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * 2;
  canvas.height = image.naturalHeight * 2;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("The browser made no picture."))), "image/png"));
}
