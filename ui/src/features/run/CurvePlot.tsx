import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { lookOf } from "../../components/colour";
import { useDark } from "../../components/theme";
import type { Curve } from "./curve";
import { columnsOf, plotOptions } from "./plotOptions";

const HEIGHT = 210;

interface Props {
  run: string;
  curve: Curve;
  smoothed: boolean;
  logY: boolean;
  label: string;
  /** Index into the drawn columns that the pointer or the arrow keys are at. */
  onCursor: (index: number | null) => void;
  onZoom: (from: number, to: number) => void;
  onReset: () => void;
}

/** One canvas; made anew only when its make-up changes, fed otherwise. */
export function CurvePlot({ run, curve, smoothed, logY, label, onCursor, onZoom, onReset }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [width, setWidth] = useState(0);
  const dark = useDark();
  const data = useMemo(() => columnsOf(curve), [curve]);
  const newest = useRef({ curve, data, onCursor, onZoom });
  useEffect(() => {
    newest.current = { curve, data, onCursor, onZoom };
  });
  const banded = curve.low.length > 0;
  const ghosts = curve.ghosts.length;
  const { axis } = curve;

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const ready = width > 0;
  useEffect(() => {
    const element = box.current;
    if (!element || !ready) return undefined;
    const style = getComputedStyle(element);
    const look = {
      stroke: lookOf(run, dark),
      text: style.getPropertyValue("--faint").trim(),
      grid: style.getPropertyValue("--line").trim(),
      bad: style.getPropertyValue("--bad").trim(),
      ghost: style.getPropertyValue("--faint").trim(),
    };
    const select = (from: number, to: number) => {
      const { x, steps } = newest.current.curve;
      const inside = steps.filter((_, i) => x[i]! >= from && x[i]! <= to);
      if (inside.length > 1) newest.current.onZoom(Math.min(...ends(inside)), Math.max(...ends(inside)));
    };
    const made = new uPlot(
      plotOptions({
        look,
        axis,
        logY,
        smoothed,
        banded,
        ghosts,
        width: Math.floor(element.clientWidth),
        height: HEIGHT,
        marks: () => newest.current.curve.marks,
        onCursor: (index) => newest.current.onCursor(index),
        onSelect: select,
      }),
      newest.current.data,
      element,
    );
    plot.current = made;
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [ready, run, dark, axis, logY, smoothed, banded, ghosts]);

  useEffect(() => plot.current?.setSize({ width, height: HEIGHT }), [width]);
  useEffect(() => plot.current?.setData(data), [data]);

  const key = (event: KeyboardEvent) => {
    const drawn = plot.current;
    if (!drawn || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    event.preventDefault();
    const xs = drawn.data[0];
    const at = drawn.cursor.idx ?? (event.key === "ArrowRight" ? -1 : xs.length);
    const next = Math.min(xs.length - 1, Math.max(0, at + (event.key === "ArrowRight" ? 1 : -1) * (event.shiftKey ? 10 : 1)));
    drawn.setCursor({ left: drawn.valToPos(xs[next] ?? 0, "x"), top: 20 });
  };
  return (
    // The arrow keys walk along the curve; the values are read out beside it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions
    <div className="plot" ref={box} role="img" aria-label={label} tabIndex={0} onKeyDown={key} onDoubleClick={onReset} />
  );
}

const ends = (sorted: readonly number[]) => [sorted[0]!, sorted.at(-1)!];
