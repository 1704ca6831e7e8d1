import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import type { RunView } from "../../api/types";
import { Button } from "../../components/controls/Button";
import { useGo } from "../../components/navigation";
import { useDark } from "../../components/theme";
import { useDigits } from "./digits";
import { type PlotAxis, RESULT } from "./axes";
import { BrushAxis, type Range } from "./BrushAxis";
import { drawLines, type Line, nearestLine, shade, within } from "./parallelLines";
import css from "./sweeps.module.css";
import { type Brush, pageOf } from "./view";

interface Props {
  runs: readonly RunView[];
  axes: readonly PlotAxis[];
  title: string;
  result: (run: RunView) => number | null;
  brushes: readonly Brush[];
  onBrushes: (brushes: Brush[]) => void;
  onLog: (axis: string) => void;
  onFlip: (axis: string) => void;
  onMove: (axis: string, by: -1 | 1) => void;
  width: number;
}

const HEIGHT = 320;
const TOP = 44;
const BOTTOM = 16;
const SPAN = HEIGHT - TOP - BOTTOM;
/** Of more lines than this, those outside the brushes are a picture of their own, drawn once: a movement draws what lies inside alone. */
const MANY = 1_000;
const ALL = () => true;
const NONE = () => false;

/** What the colours mean, along the axis of the result. */
function ColourBar({ x, dark }: { x: number; dark: boolean }) {
  return (
    <g aria-hidden="true">
      {Array.from({ length: 24 }, (_, i) => (
        <rect key={i} x={x - 4} width={3} y={TOP + (1 - (i + 1) / 24) * SPAN} height={SPAN / 24 + 0.5} fill={shade((i + 0.5) / 24, dark)} />
      ))}
    </g>
  );
}

/**
 * One line a run, one axis a parameter, the result last. The lines lie on a canvas that is drawn when they change; the one that is pointed at lies
 * on a second one over it, so that a movement of the pointer draws one line (U-25). Below both lie, where there are very many, all of them in grey.
 */
export function ParallelPlot({ runs, axes, title, result, brushes, onBrushes, onLog, onFlip, onMove, width }: Props) {
  const digits = useDigits();
  const dark = useDark();
  const go = useGo();
  const ground = useRef<HTMLCanvasElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const top = useRef<HTMLCanvasElement>(null);
  const [over, setOver] = useState<string | null>(null);
  const inset = Math.min(90, Math.max(46, width * 0.1));
  const xs = useMemo(() => axes.map((_, i) => (axes.length > 1 ? inset + (i * (width - 2 * inset)) / (axes.length - 1) : width / 2)), [axes, inset, width]);
  const placed = useMemo(() => {
    const last = axes.find((axis) => axis.id === RESULT);
    return runs
      .map((run): Line => {
        const t = last?.at(run) ?? null;
        const ats = axes.map((axis) => axis.at(run));
        return { run, ats, ys: ats.map((at) => (at === null ? null : TOP + (1 - at) * SPAN)), colour: t === null ? null : shade(t, dark), t };
      })
      .sort((a, b) => (a.t ?? -1) - (b.t ?? -1));
  }, [runs, axes, dark]);
  // A brush that is being drawn holds here at once, and elsewhere when it is let go.
  const [drawing, setDrawing] = useState<Brush[] | null>(null);
  const held = drawing ?? brushes;
  const many = placed.length > MANY;
  const inside = useMemo(() => (held.length > 0 ? within(axes, held) : ALL), [axes, held]);
  const brushed = useMemo(() => (inside === ALL ? placed : placed.filter(inside)), [placed, inside]);
  const lines = useMemo(() => (many || inside === ALL ? brushed : [...placed.filter((line) => !inside(line)), ...brushed]), [many, inside, placed, brushed]);
  const lit = useMemo(() => brushed.find((line) => line.run.id === over), [brushed, over]);
  const quiet = lit !== undefined;
  const greyed = many && inside !== ALL;
  useEffect(() => (greyed ? drawLines(ground.current, placed, xs, { width, height: HEIGHT, on: NONE }) : undefined), [greyed, placed, xs, width]);
  useEffect(() => drawLines(base.current, lines, xs, { width, height: HEIGHT, on: inside, quiet: quiet && !many }), [lines, xs, width, inside, quiet, many]);
  useEffect(() => drawLines(top.current, lit ? [lit] : [], xs, { width, height: HEIGHT, on: ALL, weight: 3.5 }), [lit, xs, width]);
  const point = (event: PointerEvent<HTMLElement>) => {
    // What is drawn is a brush, and every movement of it draws all lines.
    if (drawing) return;
    const { left, top: y } = event.currentTarget.getBoundingClientRect();
    setOver(nearestLine(brushed, xs, event.clientX - left, event.clientY - y)?.run.id ?? null);
  };
  const key = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (event.key === "Enter" && over) go(pageOf(over));
    if (event.key === "Escape") setOver(null);
    if (by === 0 || brushed.length === 0) return;
    event.preventDefault();
    const at = brushed.findIndex((line) => line.run.id === over);
    const next = at < 0 ? (by > 0 ? 0 : brushed.length - 1) : Math.min(brushed.length - 1, Math.max(0, at + by));
    setOver(brushed[next]!.run.id);
  };
  const put = (axis: string, ranges: readonly Range[]) => [...brushes.filter((brush) => brush.axis !== axis), ...ranges.map((range) => ({ axis, ...range }))];
  const said = lit ? `${lit.run.name}: ${title} ${digits(result(lit.run))}` : "";
  return (
    <figure>
      {/* The arrow keys walk from line to line in order of the result, Enter opens one. */}
      {/* eslint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <div
        className={css.parallel}
        style={{ width, height: HEIGHT, cursor: over ? "pointer" : undefined }}
        role="group"
        tabIndex={0}
        aria-label={`Parallel coordinates of ${runs.length} runs over ${axes.map((axis) => axis.title).join(", ")}. Arrow keys walk from run to run, Enter opens one.`}
        onPointerMove={point}
        onPointerLeave={() => setOver(null)}
        onClick={(event) => over && event.detail > 0 && !(event.target instanceof Element && event.target.closest("[data-brush]")) && go(pageOf(over))}
        onKeyDown={key}
      >
        {/* eslint-enable */}
        {many ? <canvas ref={ground} aria-hidden="true" style={{ visibility: greyed ? "visible" : "hidden" }} /> : null}
        <canvas ref={base} aria-hidden="true" style={many && quiet ? { opacity: 0.4 } : undefined} />
        <canvas ref={top} aria-hidden="true" />
        <svg width={width} height={HEIGHT}>
          {axes.map((axis, i) => (
            <BrushAxis
              key={axis.id}
              axis={axis}
              x={xs[i]!}
              top={TOP}
              span={SPAN}
              end={i === axes.length - 1}
              brushes={held.filter((brush) => brush.axis === axis.id)}
              onDraw={(ranges) => setDrawing(ranges && put(axis.id, ranges))}
              onBrushes={(ranges) => {
                setDrawing(null);
                onBrushes(put(axis.id, ranges));
              }}
              onLog={() => onLog(axis.id)}
              onFlip={() => onFlip(axis.id)}
              onMove={axis.id === RESULT ? undefined : (by) => onMove(axis.id, by)}
            />
          ))}
          {axes.at(-1)?.id === RESULT ? <ColourBar x={xs.at(-1)!} dark={dark} /> : null}
        </svg>
      </div>
      <figcaption className={css.caption}>
        <output className="grow">{said || "Drag along an axis to brush it, with Shift for a further stretch, or use its handles by keyboard; press its name to turn it over, the arrow keys on it move it; press a line to open its run."}</output>
        {held.length > 0 ? (
          <>
            <span className="num">
              {brushed.length} of {runs.length} inside
            </span>
            <Button size="s" kind="quiet" onClick={() => onBrushes([])}>
              Clear brushes
            </Button>
          </>
        ) : null}
      </figcaption>
    </figure>
  );
}
