import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useDark } from "../components/theme";
import type { XAxis } from "./axis";
import type { Look } from "./look";
import { columnsOf } from "./columns";
import { type Cursor, emphasise, plotOptions } from "./plotOptions";
import type { Range } from "./scale";
import type { Drawn } from "./trace";
import { inTurn } from "./turns";

export interface PlotProps {
  drawn: readonly Drawn[];
  looks: ReadonlyMap<string, Look>;
  axis: XAxis;
  logX: boolean;
  logY: boolean;
  smoothed: boolean;
  x: Range;
  y: Range;
  height: number;
  emphasised: number | null;
  /** Charts of one key share their cursor. */
  syncKey: string;
  label: string;
  onCursor: (cursor: Cursor | null) => void;
  onZoom: (x: Range) => void;
  onReset: () => void;
}

const ARROWS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity };

/** One canvas; made anew only when its make-up changes, fed otherwise. */
export default function Plot(props: PlotProps) {
  const { drawn, looks, axis, logX, logY, smoothed, x, y, height, emphasised, syncKey, label, onReset } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [width, setWidth] = useState(0);
  const dark = useDark();
  const built = useMemo(() => columnsOf(drawn, looks), [drawn, looks]);
  const drawnOnce = useRef(false);
  const newest = useRef({ props, built });
  useEffect(() => {
    newest.current = { props, built };
  });
  const make = JSON.stringify(built.columns);

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
    const draw = () => {
      const style = getComputedStyle(element);
      const { columns, data } = newest.current.built;
      plot.current = new uPlot(
        plotOptions({
          columns,
          ground: {
            text: style.getPropertyValue("--faint").trim(),
            grid: style.getPropertyValue("--line").trim(),
            bad: style.getPropertyValue("--bad").trim(),
            font: `11px ${style.fontFamily}`,
          },
          axis,
          logX,
          logY,
          syncKey,
          width: Math.floor(element.clientWidth),
          height,
          now: () => newest.current.props,
          onCursor: (cursor) => newest.current.props.onCursor(cursor),
          onSelect: (range) => newest.current.props.onZoom(range),
        }),
        data,
        element,
      );
      const { emphasised } = newest.current.props;
      if (emphasised !== null) emphasise(plot.current, columns, emphasised);
    };
    // The first time there is nothing yet that would be missed; one that is made anew stands in its place at once.
    const first = !drawnOnce.current;
    drawnOnce.current = true;
    const takeBack = first ? inTurn(draw) : undefined;
    if (!first) draw();
    return () => {
      takeBack?.();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [ready, dark, make, axis, logX, logY, syncKey, height]);
  useEffect(() => {
    if (plot.current) emphasise(plot.current, newest.current.built.columns, emphasised);
  }, [emphasised, make]);

  useEffect(() => {
    if (ready) plot.current?.setSize({ width, height });
  }, [ready, width, height]);
  const [x0, x1] = x;
  const [y0, y1] = y;
  useEffect(() => plot.current?.setData(built.data), [built, smoothed, x0, x1, y0, y1]);

  const key = (event: KeyboardEvent) => {
    const by = ARROWS[event.key];
    const made = plot.current;
    if (event.key === "Escape" && made && (made.cursor.left ?? -1) >= 0) {
      made.setCursor({ left: -10, top: -10 });
      return;
    }
    if (by === undefined || !made || made.data[0].length === 0) return;
    event.preventDefault();
    const xs = made.data[0];
    const from = made.valToIdx(x[0]);
    const to = made.valToIdx(x[1]);
    const left = made.cursor.left ?? -1;
    const at = left >= 0 ? made.posToIdx(left) : by > 0 ? from - 1 : to + 1;
    const next = Math.min(to, Math.max(from, at + by * (event.shiftKey ? 10 : 1)));
    made.setCursor({ left: made.valToPos(xs[next] ?? 0, "x"), top: 20 });
  };
  return (
    // The arrow keys walk along the curve; the values are read out beside it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions
    <div ref={box} role="img" aria-label={label} tabIndex={0} onKeyDown={key} onDoubleClick={onReset} style={{ minHeight: height }} />
  );
}
