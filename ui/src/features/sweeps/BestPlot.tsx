import { useQuery } from "@tanstack/react-query";
import { curveStepAfter, line } from "d3-shape";
import { scaleLinear } from "d3-scale";
import { useMemo, useState } from "react";
import { keys } from "../../api/keys";
import { type Progress, search } from "../../api/sweepSearch";
import type { RunView } from "../../api/types";
import { Segmented } from "../../components/controls/Button";
import { Answered } from "../../components/display/Answered";
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
  sweep: string;
  runs: readonly RunView[];
  /** Whether these are all there are: a mark's place among the others is known only then. */
  whole: boolean;
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
  "device-hours": "hours of all runs together, on each of their devices",
};

const HEIGHT = 300;
const BOX = { left: 56, right: 16, top: 14, bottom: 42 };

/** Every ended run in the order of its end, and the best until then, which the service works out over all of them. */
export function BestPlot(props: Props) {
  const { sweep, metric, which } = props;
  const query = useQuery({ queryKey: [...keys.insight(sweep, "progress"), metric, which], queryFn: () => search.progress(sweep, metric, which) });
  return <Answered query={query} what="the best so far">{(progress) => <Drawn {...props} progress={progress} />}</Answered>;
}

/** The steps, and where the last one ends: at the last run. */
export function placesOf({ steps, runs, hours, deviceHours }: Progress, over: Over): { at: number; best: number }[] {
  const place = (one: { n: number; hours: number; deviceHours: number }) => (over === "runs" ? one.n : over === "hours" ? one.hours : one.deviceHours);
  const last = steps.at(-1);
  return [...steps.map((step) => ({ at: place(step), best: step.value })), ...(last ? [{ at: place({ n: runs, hours, deviceHours }), best: last.value }] : [])];
}

const NO_RUNS: readonly RunView[] = [];

function Drawn({ runs: found, whole, metric, which, goal, over, onOver, width, progress }: Props & { progress: Progress }) {
  const runs = whole ? found : NO_RUNS;
  const digits = useDigits();
  const dark = useDark();
  const [said, setSaid] = useState("");
  const points = useMemo(() => bestSoFar(runs, metric, which, goal), [runs, metric, which, goal]);
  const drawn = useMemo(() => {
    const steps = placesOf(progress, over);
    const values = [...points.map((point) => point.value), ...steps.map((step) => step.best)];
    const first = Math.min(...runs.flatMap((run) => (run.startedAt ? [Date.parse(run.startedAt) / 1000] : [])));
    const at = points.map((point, i) => (over === "runs" ? i + 1 : over === "hours" ? Math.max(0, (point.time - first) / 3600) : point.deviceHours));
    const most = Math.max(...at, ...steps.map((step) => step.at), over === "runs" ? 2 : 1e-9);
    const x = scaleLinear([over === "runs" ? 1 : 0, most], [BOX.left + 8, width - BOX.right - 8]);
    const y = scaleLinear([Math.min(...values), Math.max(...values)], [HEIGHT - BOX.bottom, BOX.top]).nice(5);
    const marks = points.map((point, i): Mark => ({ run: point.run, x: x(at[i]!), y: y(point.value), on: true }));
    const best = line<(typeof steps)[0]>()
      .x((step) => x(step.at))
      .y((step) => y(step.best))
      .curve(curveStepAfter)(steps);
    return { x, y, marks, best: best ?? "" };
  }, [points, progress, runs, over, width]);
  const last = progress.steps.at(-1);
  const ended = Math.max(progress.runs, points.length);
  if (ended === 0) return <EmptyState title="No run has ended with a value yet." />;
  const best = last ? digits(last.value) : "of none that came to its end yet";
  const yTicks = drawn.y.ticks(5);
  const xTicks = over === "runs" ? drawn.x.ticks(Math.min(8, ended)).filter(Number.isInteger) : drawn.x.ticks(8);
  const xNames = labels(xTicks);
  const names = labels(yTicks);
  return (
    <figure>
      <Segmented label="Over" size="s" value={over} options={OVERS.map((value) => ({ value, label: value }))} onValue={onOver} />
      <svg width={width} height={HEIGHT} role="img" aria-label={`Best ${metric} (${which}) so far: ${best} after ${ended} runs`}>
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
        <Marks
          marks={drawn.marks}
          colour={lookOf(metric, dark).colour}
          width={width}
          height={HEIGHT - BOX.bottom}
          say={(run) => `${run.name}: ${digits(points.find((point) => point.run === run)?.value)}`}
          onSay={setSaid}
        />
        {/* Above the marks: of very many runs they would hide it. */}
        <path d={drawn.best} className={css.best} pointerEvents="none" />
        <text x={(BOX.left + width) / 2} y={HEIGHT - 8} textAnchor="middle" className={css.axisTitle}>
          {TITLE[over]}
        </text>
      </svg>
      <figcaption className={css.caption}>
        <output className="grow">{said || `Line: best so far of runs that came to their end, ${best} after ${ended} runs. Press a mark to open its run.`}</output>
      </figcaption>
    </figure>
  );
}
