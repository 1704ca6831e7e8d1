import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import type { PlotAxis } from "./axes";
import css from "./sweeps.module.css";

export interface Range {
  low: number;
  high: number;
}

interface Props {
  axis: PlotAxis;
  x: number;
  top: number;
  span: number;
  /** The last axis has its labels at the right. */
  end: boolean;
  /** What is held of it; a run lies inside where it lies in one of them. */
  brushes: readonly Range[];
  /** While one is drawn: all of the axis; null: it is given up. */
  onDraw: (brushes: readonly Range[] | null) => void;
  onBrushes: (brushes: readonly Range[]) => void;
  onLog: () => void;
  onFlip: () => void;
  /** Undefined: it stays where it is. */
  onMove: ((by: -1 | 1) => void) | undefined;
}

const HALF = 9;
const STEP = 0.02;
const WHOLE: Range = { low: 0, high: 1 };
const rounded = (t: number) => Math.round(Math.min(1, Math.max(0, t)) * 1000) / 1000;
const isWhole = ({ low, high }: Range) => low <= 0 && high >= 1;

/** With one range more or another; what overlaps becomes one, and all of an axis is nothing. */
export function joined(ranges: readonly Range[]): Range[] {
  const found: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.low - b.low)) {
    const last = found.at(-1);
    if (last && range.low <= last.high) found[found.length - 1] = { low: last.low, high: Math.max(last.high, range.high) };
    else found.push({ low: range.low, high: range.high });
  }
  return found.some(isWhole) ? [] : found;
}

/** An axis that can be brushed: by dragging along it, with Shift for a further stretch, or with two handles a stretch that the arrow keys move. */
export function BrushAxis({ axis, x, top, span, end, brushes, onDraw, onBrushes, onLog, onFlip, onMove }: Props) {
  const drag = useRef<{ from: number; to: number; kept: readonly Range[] } | null>(null);
  const y = (t: number) => top + (1 - t) * span;
  const at = (event: PointerEvent<SVGRectElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, 1 - (event.clientY - box.top - 4) / span));
  };
  const drawn = ({ from, to }: { from: number; to: number }): Range => ({ low: rounded(Math.min(from, to)), high: rounded(Math.max(from, to)) });
  const finish = () => {
    const { current } = drag;
    drag.current = null;
    if (!current) return;
    const range = drawn(current);
    onBrushes(joined(range.high - range.low < STEP ? current.kept : [...current.kept, range]));
  };
  const move = (k: number, which: "low" | "high") => (event: KeyboardEvent) => {
    const { low, high } = brushes[k] ?? WHOLE;
    const others = brushes.filter((_, other) => other !== k);
    const by = { ArrowUp: STEP, ArrowRight: STEP, ArrowDown: -STEP, ArrowLeft: -STEP, PageUp: 0.1, PageDown: -0.1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? 1 : by === undefined ? undefined : (which === "low" ? low : high) + by;
    if (event.key === "Delete" || event.key === "Backspace" || event.key === "Escape") onBrushes(others);
    else if (to === undefined) return;
    else onBrushes(joined([...others, which === "low" ? { low: rounded(Math.min(to, high - STEP)), high } : { low, high: rounded(Math.max(to, low + STEP)) }]));
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <g transform={`translate(${x},0)`}>
      <line y1={top} y2={top + span} className={css.axis} />
      {axis.ticks.map((tick) => (
        <g key={tick.label} transform={`translate(0,${y(tick.at)})`}>
          <line x1={-3} x2={3} className={css.axis} />
          <text x={end ? 9 : -9} dy="0.32em" textAnchor={end ? "start" : "end"} className={css.tick}>
            {tick.label}
          </text>
        </g>
      ))}
      {brushes.map(({ low, high }) => (
        <rect key={`${low} ${high}`} x={-HALF} y={y(high)} width={2 * HALF} height={(high - low) * span} className={css.brush} />
      ))}
      <rect
        data-brush
        x={-HALF - 3}
        y={top - 4}
        width={2 * HALF + 6}
        height={span + 8}
        className={css.zone}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { from: at(event), to: at(event), kept: event.shiftKey ? brushes : [] };
        }}
        onPointerMove={(event) => {
          if (!drag.current) return;
          drag.current.to = at(event);
          onDraw([...drag.current.kept, drawn(drag.current)]);
        }}
        onPointerUp={finish}
        onPointerCancel={() => {
          drag.current = null;
          onDraw(null);
        }}
      />
      {(brushes.length > 0 ? brushes : [WHOLE]).flatMap(({ low, high }, k) =>
        (["low", "high"] as const).map((which) => (
          <rect
            key={`${which} ${k}`}
            data-brush
            role="slider"
            tabIndex={0}
            aria-label={`${which === "low" ? "Lower" : "Upper"} bound of ${axis.title}${brushes.length > 1 ? `, stretch ${k + 1}` : ""}`}
            aria-orientation="vertical"
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round((which === "low" ? low : high) * 100)}
            aria-valuetext={`${Math.round((which === "low" ? low : high) * 100)} % of the axis`}
            x={-HALF}
            y={y(which === "low" ? low : high) - 3}
            width={2 * HALF}
            height={6}
            rx={2}
            className={brushes.length > 0 ? css.handle : css.noHandle}
            onKeyDown={move(k, which)}
          />
        )),
      )}
      <text
        y={16}
        textAnchor={end ? "end" : "middle"}
        x={end ? 40 : 0}
        className={`${css.axisTitle} ${css.turns}`}
        role="button"
        tabIndex={0}
        data-brush
        aria-label={`Turn ${axis.title} over${onMove ? "; arrow left and right move it" : ""}`}
        onClick={onFlip}
        onKeyDown={(event) => {
          const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : undefined;
          if (event.key === "Enter" || event.key === " ") onFlip();
          else if (by && onMove) onMove(by);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        <title>{axis.id}</title>
        {axis.title}
      </text>
      {axis.canLog ? (
        <text
          y={31}
          textAnchor="middle"
          className={axis.log ? css.logOn : css.log}
          role="button"
          tabIndex={0}
          data-brush
          aria-pressed={axis.log}
          aria-label={`log: logarithm of ${axis.title}`}
          onClick={onLog}
          onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && onLog()}
        >
          log
        </text>
      ) : null}
    </g>
  );
}
