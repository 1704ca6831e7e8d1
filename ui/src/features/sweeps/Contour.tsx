import { useMemo, useState } from "react";
import type { RunView } from "../../api/types";
import { Select } from "../../components/controls/Select";
import { value } from "../../components/format";
import { paramOf } from "../../components/origin";
import { useDark } from "../../components/theme";
import { lookOf } from "../../components/colour";
import { useDigits } from "./digits";
import type { PlotAxis } from "./axes";
import { type Mark, Marks } from "./Marks";
import css from "./sweeps.module.css";

interface Props {
  runs: readonly RunView[];
  params: readonly PlotAxis[];
  result: (run: RunView) => number | null;
  title: string;
  goal: "max" | "min";
  width: number;
}

const HEIGHT = 380;
const BOX = { left: 64, right: 16, top: 12, bottom: 44 };
const CELLS = 28;

interface Known {
  x: number;
  y: number;
  z: number;
}

/**
 * A surface through known points: each place is the mean of all, the nearer the more (inverse square of the distance). It passes through
 * what was measured and never leaves its range.
 */
export function surface(known: readonly Known[], cells: number): number[] {
  const at = (x: number, y: number) => {
    let sum = 0;
    let weight = 0;
    for (const point of known) {
      const away = (point.x - x) ** 2 + (point.y - y) ** 2;
      if (away < 1e-12) return point.z;
      sum += point.z / away;
      weight += 1 / away;
    }
    return sum / weight;
  };
  return Array.from({ length: cells * cells }, (_, i) => at(((i % cells) + 0.5) / cells, (Math.floor(i / cells) + 0.5) / cells));
}

/** Two parameters and what came of them together. */
export default function Contour({ runs, params, result, title, goal, width }: Props) {
  const digits = useDigits();
  const dark = useDark();
  const [said, setSaid] = useState("");
  const [chosen, setChosen] = useState<[string, string]>(["", ""]);
  const find = (id: string, other: number) => params.find((axis) => axis.id === id) ?? params[other]!;
  const x = find(chosen[0], 0);
  const y = find(chosen[1], 1);
  const [w, h] = [width - BOX.left - BOX.right, HEIGHT - BOX.top - BOX.bottom];
  const drawn = useMemo(() => {
    const marks: Mark[] = [];
    const known: Known[] = [];
    for (const run of runs) {
      const [a, b, z] = [x.at(run), y.at(run), result(run)];
      if (a === null || b === null || z === null) continue;
      marks.push({ run, x: BOX.left + (0.04 + 0.92 * a) * w, y: BOX.top + (0.96 - 0.92 * b) * h, on: true });
      known.push({ x: 0.04 + 0.92 * a, y: 0.96 - 0.92 * b, z });
    }
    const values = known.map(({ z }) => z);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const good = (z: number) => (high > low ? (goal === "max" ? z - low : high - z) / (high - low) : 0.5);
    return { marks, low, high, cells: surface(known, CELLS).map(good) };
  }, [runs, x, y, result, w, h, goal]);
  const colour = lookOf(title, dark).colour;
  const choice = (i: 0 | 1, label: string, axis: PlotAxis) => (
    <Select size="s" label={label} value={axis.id} options={params.map(({ id }) => ({ value: id, label: id }))} onValue={(id) => setChosen(i === 0 ? [id, y.id] : [x.id, id])} />
  );
  return (
    <figure>
      <div className={css.choices}>
        {choice(0, "Across", x)} <span className="faint">against</span> {choice(1, "Up", y)}
      </div>
      <svg width={width} height={HEIGHT} role="img" aria-label={`${title} over ${x.id} and ${y.id}: ${digits(drawn.low)} to ${digits(drawn.high)}, ${drawn.marks.length} runs`}>
        <g shapeRendering="crispEdges">
          {drawn.cells.map((good, i) => (
            <rect
              key={i}
              x={BOX.left + ((i % CELLS) * w) / CELLS}
              y={BOX.top + (Math.floor(i / CELLS) * h) / CELLS}
              width={w / CELLS + 0.5}
              height={h / CELLS + 0.5}
              fill={colour}
              fillOpacity={Number.isFinite(good) ? 0.06 + 0.64 * good : 0}
            />
          ))}
        </g>
        {y.ticks.map((tick) => (
          <text key={tick.label} x={BOX.left - 8} y={BOX.top + (0.96 - 0.92 * tick.at) * h} dy="0.32em" textAnchor="end" className={css.tick}>
            {tick.label}
          </text>
        ))}
        {x.ticks.map((tick) => (
          <text key={tick.label} x={BOX.left + (0.04 + 0.92 * tick.at) * w} y={BOX.top + h + 16} textAnchor="middle" className={css.tick}>
            {tick.label}
          </text>
        ))}
        <Marks
          marks={drawn.marks}
          colour="var(--ink)"
          width={width}
          height={HEIGHT - BOX.bottom}
          say={(run) => `${run.name}: ${x.title} ${value(paramOf(run, x.id))}, ${y.title} ${value(paramOf(run, y.id))}, ${title} ${digits(result(run))}`}
          onSay={setSaid}
        />
        <text x={BOX.left + w / 2} y={HEIGHT - 8} textAnchor="middle" className={css.axisTitle}>
          {x.title}
          {x.log ? " (log)" : ""}
        </text>
      </svg>
      <figcaption className={css.caption}>
        <output className="grow">{said || `The stronger the colour, the better: ${digits(drawn.low)} to ${digits(drawn.high)}. Between runs it is drawn through them by distance, not measured.`}</output>
      </figcaption>
    </figure>
  );
}
