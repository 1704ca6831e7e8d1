import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import type { RunView } from "../../api/types";
import { Button } from "../../components/controls/Button";
import { useGo } from "../../components/navigation";
import { useDark } from "../../components/theme";
import { useDigits } from "./digits";
import { insideOf, type PlotAxis, RESULT } from "./axes";
import { BrushAxis, type Range } from "./BrushAxis";
import { drawLines, type Line, nearestLine, shade } from "./parallelLines";
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
 * on a second one over it, so that a movement of the pointer draws one line (U-25).
 */
export function ParallelPlot({ runs, axes, title, result, brushes, onBrushes, onLog, onFlip, onMove, width }: Props) {
  const digits = useDigits();
  const dark = useDark();
  const go = useGo();
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
        const colour = t === null ? null : shade(t, dark);
        return { run, ys: axes.map((axis) => ((at) => (at === null ? null : TOP + (1 - at) * SPAN))(axis.at(run))), on: true, colour, t };
      })
      .sort((a, b) => (a.t ?? -1) - (b.t ?? -1));
  }, [runs, axes, dark]);
  // A brush that is being drawn holds here at once, and elsewhere when it is let go.
  const [drawing, setDrawing] = useState<Brush[] | null>(null);
  const held = drawing ?? brushes;
  const lines = useMemo(() => {
    if (held.length === 0) return placed;
    const inside = insideOf(axes, held);
    const all = placed.map((line) => ({ ...line, on: inside(line.run) }));
    return [...all.filter((line) => !line.on), ...all.filter((line) => line.on)];
  }, [placed, axes, held]);
  const lit = useMemo(() => lines.find((line) => line.run.id === over), [lines, over]);
  useEffect(() => drawLines(base.current, lines, xs, width, HEIGHT, lit !== undefined), [lines, xs, width, lit]);
  useEffect(() => drawLines(top.current, lit ? [lit] : [], xs, width, HEIGHT, false, 3.5), [lit, xs, width]);

  const brushed = useMemo(() => lines.filter((line) => line.on), [lines]);
  const point = (event: PointerEvent<HTMLElement>) => {
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
        <canvas ref={base} aria-hidden="true" />
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
