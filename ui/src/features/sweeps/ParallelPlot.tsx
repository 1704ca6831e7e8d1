import { type PointerEvent, useRef, useState } from "react";
import type { RunView } from "../../api/types";
import { ramp } from "../../components/colour";
import { number } from "../../components/format";
import { useGo } from "../../components/navigation";
import { useDark } from "../../components/theme";
import { inside, type PlotAxis, RESULT } from "./axes";
import type { Brush } from "./view";

interface Props {
  runs: readonly RunView[];
  axes: readonly PlotAxis[];
  metric: string;
  result: (run: RunView) => number | null;
  brushes: readonly Brush[];
  onBrushes: (brushes: Brush[]) => void;
  onLog: (axis: string) => void;
  width: number;
}

const HEIGHT = 320;
const TOP = 44;
const BOTTOM = 16;
const SPAN = HEIGHT - TOP - BOTTOM;
const y = (t: number) => TOP + (1 - t) * SPAN;
const BRUSH_PX = 9;

/** One line a run, one axis a parameter, the result last. Drag along an axis to brush; its name toggles the logarithm. */
export function ParallelPlot({ runs, axes, metric, result, brushes, onBrushes, onLog, width }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const [drag, setDrag] = useState<{ axis: string; from: number; to: number } | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const go = useGo();
  // The ends of the ramp that the ground would swallow are left out.
  const dark = useDark();
  const inset = Math.min(80, width * 0.12);
  const x = (i: number) => (axes.length > 1 ? inset + (i * (width - 2 * inset)) / (axes.length - 1) : width / 2);
  const last = axes.find((axis) => axis.id === RESULT);

  const at = (event: PointerEvent) => {
    const top = svg.current?.getBoundingClientRect().top ?? 0;
    return Math.min(1, Math.max(0, 1 - (event.clientY - top - TOP) / SPAN));
  };
  const finish = () => {
    if (!drag) return;
    const others = brushes.filter((brush) => brush.axis !== drag.axis);
    const [low, high] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    const round = (v: number) => Math.round(v * 1000) / 1000;
    onBrushes(high - low < 0.02 ? others : [...others, { axis: drag.axis, low: round(low), high: round(high) }]);
    setDrag(null);
  };
  const path = (run: RunView) => {
    let d = "";
    for (const [i, axis] of axes.entries()) {
      const t = axis.at(run);
      if (t !== null) d += `${d ? "L" : "M"}${x(i).toFixed(1)},${y(t).toFixed(1)}`;
    }
    return d;
  };
  const shown = runs.map((run) => ({ run, on: inside(run, axes, brushes) })).sort((a, b) => Number(a.on) - Number(b.on));
  const hovered = runs.find((run) => run.id === over);
  const brushed = shown.filter((line) => line.on).length;

  return (
    <figure className="plot-figure">
      <svg
        ref={svg}
        width={width}
        height={HEIGHT}
        role="group"
        aria-label={`Parallel coordinates of ${runs.length} runs over ${axes.map((axis) => axis.title).join(", ")}`}
        onPointerMove={(event) => drag && setDrag({ ...drag, to: at(event) })}
        onPointerUp={finish}
        onPointerLeave={finish}
      >
        <g fill="none">
          {shown.map(({ run, on }) => {
            const t = last?.at(run) ?? null;
            const colour = t === null ? "var(--faint)" : ramp(dark ? 0.28 + 0.72 * t : 0.05 + 0.87 * t);
            return (
              // The same runs stand in the table below, where the keyboard opens them.
               
              <path
                key={run.id}
                d={path(run)}
                stroke={on ? colour : "var(--line)"}
                strokeWidth={over === run.id ? 3.5 : 1.6}
                strokeDasharray={t === null ? "3 3" : undefined}
                opacity={on ? (over && over !== run.id ? 0.35 : 0.9) : 0.5}
                onPointerEnter={() => setOver(run.id)}
                onPointerLeave={() => setOver(null)}
                onClick={() => go(`/runs/${run.id}`)}
                className="line"
              />
            );
          })}
        </g>
        {axes.map((axis, i) => {
          const held = drag?.axis === axis.id ? { low: Math.min(drag.from, drag.to), high: Math.max(drag.from, drag.to) } : brushes.find((b) => b.axis === axis.id);
          const end = i === axes.length - 1;
          return (
            <g key={axis.id} transform={`translate(${x(i)},0)`}>
              <line y1={TOP} y2={TOP + SPAN} className="axis" />
              {axis.ticks.map((tick) => (
                <g key={tick.label} transform={`translate(0,${y(tick.at)})`}>
                  <line x1={-3} x2={3} className="axis" />
                  <text x={end ? 8 : -8} dy="0.32em" textAnchor={end ? "start" : "end"} className="tick">
                    {tick.label}
                  </text>
                </g>
              ))}
              <rect
                x={-BRUSH_PX - 3}
                y={TOP - 4}
                width={2 * BRUSH_PX + 6}
                height={SPAN + 8}
                className="brush-zone"
                onPointerDown={(event) => setDrag({ axis: axis.id, from: at(event), to: at(event) })}
              />
              {held ? <rect x={-BRUSH_PX} y={y(held.high)} width={2 * BRUSH_PX} height={(held.high - held.low) * SPAN} className="brush" /> : null}
              <text y={16} textAnchor="middle" className="axis-title">
                <title>{axis.id}</title>
                {axis.title}
              </text>
              {axis.canLog ? (
                <text
                  y={31}
                  textAnchor="middle"
                  className={axis.log ? "axis-log on" : "axis-log"}
                  role="button"
                  tabIndex={0}
                  aria-pressed={axis.log}
                  aria-label={`Logarithm of ${axis.title}`}
                  onClick={() => onLog(axis.id)}
                  onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && onLog(axis.id)}
                >
                  log
                </text>
              ) : null}
            </g>
          );
        })}
      </svg>
      <figcaption className="row small faint">
        <span className="grow">
          {hovered ? `${hovered.name}: ${metric} ${number(result(hovered))}` : "Drag along an axis to brush; press a line to open its run."}
        </span>
        {brushes.length > 0 ? (
          <>
            <span className="num">
              {brushed} of {runs.length} inside
            </span>
            <button type="button" className="quiet" onClick={() => onBrushes([])}>
              Clear brushes
            </button>
          </>
        ) : null}
      </figcaption>
    </figure>
  );
}
