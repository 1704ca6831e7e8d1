import { type KeyboardEvent, type PointerEvent, useState } from "react";
import type { PlotAxis } from "./axes";
import css from "./sweeps.module.css";
import type { Brush } from "./view";

interface Props {
  axis: PlotAxis;
  x: number;
  top: number;
  span: number;
  /** The last axis has its labels at the right. */
  end: boolean;
  brush: Brush | undefined;
  onBrush: (range: { low: number; high: number } | null) => void;
  onLog: () => void;
  onFlip: () => void;
  /** Undefined: it stays where it is. */
  onMove: ((by: -1 | 1) => void) | undefined;
}

const HALF = 9;
const STEP = 0.02;
const rounded = (t: number) => Math.round(Math.min(1, Math.max(0, t)) * 1000) / 1000;

/** An axis that can be brushed: by dragging along it, or with two handles that the arrow keys move. */
export function BrushAxis({ axis, x, top, span, end, brush, onBrush, onLog, onFlip, onMove }: Props) {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const y = (t: number) => top + (1 - t) * span;
  const at = (event: PointerEvent<SVGRectElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, 1 - (event.clientY - box.top - 4) / span));
  };
  const finish = () => {
    if (!drag) return;
    const [low, high] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    onBrush(high - low < 0.02 ? null : { low: rounded(low), high: rounded(high) });
    setDrag(null);
  };
  const held = drag ? { low: Math.min(drag.from, drag.to), high: Math.max(drag.from, drag.to) } : brush;
  const low = held?.low ?? 0;
  const high = held?.high ?? 1;
  const move = (which: "low" | "high") => (event: KeyboardEvent) => {
    const by = { ArrowUp: STEP, ArrowRight: STEP, ArrowDown: -STEP, ArrowLeft: -STEP, PageUp: 0.1, PageDown: -0.1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? 1 : by === undefined ? undefined : (which === "low" ? low : high) + by;
    if (event.key === "Delete" || event.key === "Backspace" || event.key === "Escape") onBrush(null);
    else if (to === undefined) return;
    else {
      const next = which === "low" ? { low: rounded(Math.min(to, high - STEP)), high } : { low, high: rounded(Math.max(to, low + STEP)) };
      onBrush(next.low <= 0 && next.high >= 1 ? null : next);
    }
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
      {held ? <rect x={-HALF} y={y(high)} width={2 * HALF} height={(high - low) * span} className={css.brush} /> : null}
      <rect
        data-brush
        x={-HALF - 3}
        y={top - 4}
        width={2 * HALF + 6}
        height={span + 8}
        className={css.zone}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: at(event), to: at(event) });
        }}
        onPointerMove={(event) => drag && setDrag({ ...drag, to: at(event) })}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(null)}
      />
      {(["low", "high"] as const).map((which) => (
        <rect
          key={which}
          data-brush
          role="slider"
          tabIndex={0}
          aria-label={`${which === "low" ? "Lower" : "Upper"} bound of ${axis.title}`}
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
          className={held ? css.handle : css.noHandle}
          onKeyDown={move(which)}
        />
      ))}
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
