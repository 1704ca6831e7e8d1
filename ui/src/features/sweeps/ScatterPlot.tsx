import { useState } from "react";
import type { RunView } from "../../api/types";
import { lookOf } from "../../components/colour";
import { number, value } from "../../components/format";
import { useGo } from "../../components/navigation";
import { useDark } from "../../components/theme";
import { inside, type PlotAxis } from "./axes";
import type { Brush } from "./view";

interface Props {
  runs: readonly RunView[];
  x: PlotAxis;
  y: PlotAxis;
  brushes: readonly Brush[];
  axes: readonly PlotAxis[];
  result: (run: RunView) => number | null;
  width: number;
}

const HEIGHT = 320;
const LEFT = 58;
const RIGHT = 16;
const TOP = 14;
const BOTTOM = 40;

/** One mark a run: a parameter against the result. Brushes of the parallel coordinates hold here too. */
export function ScatterPlot({ runs, x, y, brushes, axes, result, width }: Props) {
  const dark = useDark();
  const [over, setOver] = useState<string | null>(null);
  const go = useGo();
  const w = width - LEFT - RIGHT;
  const h = HEIGHT - TOP - BOTTOM;
  const px = (t: number) => LEFT + (0.03 + 0.94 * t) * w;
  const py = (t: number) => TOP + (0.97 - 0.94 * t) * h;
  const marks = runs.flatMap((run) => {
    const [a, b] = [x.at(run), y.at(run)];
    return a === null || b === null ? [] : [{ run, x: px(a), y: py(b), on: inside(run, axes, brushes) }];
  });
  const hovered = runs.find((run) => run.id === over);
  return (
    <figure className="plot-figure">
      <svg width={width} height={HEIGHT} role="group" aria-label={`${y.title} against ${x.title}, ${marks.length} runs`}>
        {y.ticks.map((tick) => (
          <g key={tick.label} transform={`translate(0,${py(tick.at)})`}>
            <line x1={LEFT} x2={width - RIGHT} className="gridline" />
            <text x={LEFT - 8} dy="0.32em" textAnchor="end" className="tick">
              {tick.label}
            </text>
          </g>
        ))}
        {x.ticks.map((tick) => (
          <g key={tick.label} transform={`translate(${px(tick.at)},0)`}>
            <line y1={TOP} y2={TOP + h} className="gridline" />
            <text y={TOP + h + 16} textAnchor="middle" className="tick">
              {tick.label}
            </text>
          </g>
        ))}
        <text x={LEFT + w / 2} y={HEIGHT - 5} textAnchor="middle" className="axis-title">
          {x.title}
          {x.log ? " (log)" : ""}
        </text>
        {marks.map((mark) => (
          // The same runs stand in the table below, where the keyboard opens them.
           
          <circle
            key={mark.run.id}
            cx={mark.x}
            cy={mark.y}
            r={over === mark.run.id ? 7 : 5}
            fill={mark.on ? lookOf(mark.run.id, dark).colour : "var(--line)"}
            className="mark"
            onPointerEnter={() => setOver(mark.run.id)}
            onPointerLeave={() => setOver(null)}
            onClick={() => go(`/runs/${mark.run.id}`)}
          />
        ))}
      </svg>
      <figcaption className="small faint">
        {hovered
          ? `${hovered.name}: ${x.title} ${value(hovered.params[x.id])}, ${y.title} ${number(result(hovered))}`
          : `${marks.length} of ${runs.length} runs have both values. Press a mark to open its run.`}
      </figcaption>
    </figure>
  );
}
