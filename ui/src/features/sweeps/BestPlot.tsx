import { curveStepAfter, line } from "d3-shape";
import { scaleLinear } from "d3-scale";
import { useMemo, useState } from "react";
import type { RunView } from "../../api/types";
import { Segmented } from "../../components/controls/Button";
import { EmptyState } from "../../components/display/EmptyState";
import { ticks as labels } from "../../components/format";
import { useDark } from "../../components/theme";
import { lookOf } from "../../components/colour";
import { useDigits } from "./digits";
import { bestSoFar } from "./axes";
import { type Mark, Marks } from "./Marks";
import css from "./sweeps.module.css";
import { type MetricValue, type Over, OVERS } from "./view";

interface Props {
  runs: readonly RunView[];
  metric: string;
  which: MetricValue;
  goal: "max" | "min";
  over: Over;
  onOver: (over: Over) => void;
  width: number;
}

const TITLE: Record<Over, string> = {
  runs: "runs in the order of their end",
  hours: "hours since the first run started",
  "device-hours": "hours of all runs together, each from its start to its end",
};

const HEIGHT = 300;
const BOX = { left: 56, right: 16, top: 14, bottom: 42 };

/** Every ended run in the order of its end, and the best until then. */
export function BestPlot({ runs, metric, which, goal, over, onOver, width }: Props) {
  const digits = useDigits();
  const dark = useDark();
  const [said, setSaid] = useState("");
  const points = useMemo(() => bestSoFar(runs, metric, which, goal), [runs, metric, which, goal]);
  const drawn = useMemo(() => {
    const values = points.map((point) => point.value);
    const first = Math.min(...runs.flatMap((run) => (run.startedAt ? [Date.parse(run.startedAt) / 1000] : [])));
    const at = points.map((point, i) => (over === "runs" ? i + 1 : over === "hours" ? Math.max(0, (point.time - first) / 3600) : point.deviceHours));
    const most = Math.max(...at, over === "runs" ? 2 : 1e-9);
    const x = scaleLinear([over === "runs" ? 1 : 0, most], [BOX.left + 8, width - BOX.right - 8]);
    const y = scaleLinear([Math.min(...values), Math.max(...values)], [HEIGHT - BOX.bottom, BOX.top]).nice(5);
    const marks = points.map((point, i): Mark => ({ run: point.run, x: x(at[i]!), y: y(point.value), on: true }));
    const best = line<(typeof points)[0]>()
      .x((_, i) => x(at[i]!))
      .defined((point) => Number.isFinite(point.best))
      .y((point) => y(point.best))
      .curve(curveStepAfter)(points);
    return { x, y, marks, best: best ?? "" };
  }, [points, runs, over, width]);
  const last = points.at(-1);
  if (!last) return <EmptyState title="No run has ended with a value yet." />;
  const best = Number.isFinite(last.best) ? digits(last.best) : "of none that came to its end yet";
  const yTicks = drawn.y.ticks(5);
  const xTicks = over === "runs" ? drawn.x.ticks(Math.min(8, points.length)).filter(Number.isInteger) : drawn.x.ticks(8);
  const xNames = labels(xTicks);
  const names = labels(yTicks);
  return (
    <figure>
      <Segmented label="Over" size="s" value={over} options={OVERS.map((value) => ({ value, label: value }))} onValue={onOver} />
      <svg width={width} height={HEIGHT} role="img" aria-label={`Best ${metric} (${which}) so far: ${best} after ${points.length} runs`}>
        {yTicks.map((tick, i) => (
          <g key={tick} transform={`translate(0,${drawn.y(tick)})`}>
            <line x1={BOX.left} x2={width - BOX.right} className={css.grid} />
            <text x={BOX.left - 8} dy="0.32em" textAnchor="end" className={css.tick}>
              {names[i]}
            </text>
          </g>
        ))}
        {xTicks.map((tick, i) => (
          <text key={tick} x={drawn.x(tick)} y={HEIGHT - BOX.bottom + 16} textAnchor="middle" className={css.tick}>
            {over === "runs" ? tick : xNames[i]}
          </text>
        ))}
        <path d={drawn.best} className={css.best} />
        <Marks
          marks={drawn.marks}
          colour={lookOf(metric, dark).colour}
          width={width}
          height={HEIGHT - BOX.bottom}
          say={(run) => `${run.name}: ${digits(points.find((point) => point.run === run)?.value)}`}
          onSay={setSaid}
        />
        <text x={(BOX.left + width) / 2} y={HEIGHT - 8} textAnchor="middle" className={css.axisTitle}>
          {TITLE[over]}
        </text>
      </svg>
      <figcaption className={css.caption}>
        <output className="grow">{said || `Line: best so far of runs that came to their end, ${best} after ${points.length} runs. Press a mark to open its run.`}</output>
      </figcaption>
    </figure>
  );
}
