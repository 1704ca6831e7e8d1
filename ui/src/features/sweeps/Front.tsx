import { useQuery } from "@tanstack/react-query";
import { scaleLinear } from "d3-scale";
import { useMemo, useState } from "react";
import { keys } from "../../api/keys";
import { type PointsView, type PointView, search } from "../../api/sweepSearch";
import type { RunView } from "../../api/types";
import { lookOf } from "../../components/colour";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { count, number, ticks as labels } from "../../components/format";
import { useDark } from "../../components/theme";
import { type Mark, Marks } from "./Marks";
import css from "./sweeps.module.css";
import { idOfPoint } from "./view";

const HEIGHT = 360;
const BOX = { left: 60, right: 16, top: 14, bottom: 44 };

/** Two goals at once: what cannot be had better in one without losing in another stands out. */
export default function Front({ sweep, runs, width }: { sweep: string; runs: readonly RunView[]; width: number }) {
  const query = useQuery({ queryKey: keys.insight(sweep, "points"), queryFn: () => search.points(sweep) });
  return (
    <Answered query={query} what="the sweep's points">
      {(view) => (view.metrics.length < 2 ? <EmptyState title="The sweep has one goal." /> : <Drawn sweep={sweep} view={view} runs={runs} width={width} />)}
    </Answered>
  );
}

function Drawn({ sweep, view, runs, width }: { sweep: string; view: PointsView; runs: readonly RunView[]; width: number }) {
  const dark = useDark();
  const [said, setSaid] = useState("");
  const [a, b] = [view.metrics[0]!, view.metrics[1]!];
  const front = useMemo(() => new Set(view.front ?? []), [view]);
  const drawn = useMemo(() => {
    const told = view.points.filter((point) => (point.values?.length ?? 0) >= 2);
    const side = (i: number) => told.map((point) => point.values![i]!);
    const x = scaleLinear([Math.min(...side(0)), Math.max(...side(0))], [BOX.left + 10, width - BOX.right - 10]).nice(5);
    const y = scaleLinear([Math.min(...side(1)), Math.max(...side(1))], [HEIGHT - BOX.bottom - 6, BOX.top + 6]).nice(5);
    const known = new Map(runs.map((run) => [run.id, run]));
    const marks = told.flatMap((point): (Mark & { point: PointView })[] => {
      // A point that others carry out has no run.
      const run = known.get(point.runs[0] ?? idOfPoint(sweep, point.point));
      return run ? [{ run, point, x: x(point.values![0]!), y: y(point.values![1]!), on: true }] : [];
    });
    return { x, y, marks };
  }, [sweep, view, runs, width]);
  if (drawn.marks.length === 0) return <EmptyState title="No point has all of its values yet." />;
  const [xTicks, yTicks] = [drawn.x.ticks(6), drawn.y.ticks(5)];
  const [xNames, yNames] = [labels(xTicks), labels(yTicks)];
  return (
    <figure>
      <svg width={width} height={HEIGHT} role="img" aria-label={`${b} against ${a}: ${front.size} of ${drawn.marks.length} points are on the front`}>
        {yTicks.map((tick, i) => (
          <g key={tick} transform={`translate(0,${drawn.y(tick)})`}>
            <line x1={BOX.left} x2={width - BOX.right} className={css.grid} />
            <text x={BOX.left - 8} dy="0.32em" textAnchor="end" className={css.tick}>
              {yNames[i]}
            </text>
          </g>
        ))}
        {xTicks.map((tick, i) => (
          <text key={tick} x={drawn.x(tick)} y={HEIGHT - BOX.bottom + 16} textAnchor="middle" className={css.tick}>
            {xNames[i]}
          </text>
        ))}
        {drawn.marks
          .filter(({ point }) => front.has(point.point))
          .map(({ point, x, y }) => (
            <circle key={point.point} cx={x} cy={y} r={8} className={css.onFront} />
          ))}
        <Marks
          marks={drawn.marks}
          colour={lookOf(a, dark).colour}
          width={width}
          height={HEIGHT - BOX.bottom}
          say={(run) => {
            const point = drawn.marks.find((mark) => mark.run === run)!.point;
            return `${run.name}: ${a} ${number(point.values![0])}, ${b} ${number(point.values![1])}${front.has(point.point) ? ", on the front" : ""}`;
          }}
          onSay={setSaid}
        />
        <text x={(BOX.left + width) / 2} y={HEIGHT - 8} textAnchor="middle" className={css.axisTitle}>
          {a}; upwards: {b}
        </text>
      </svg>
      <figcaption className={css.caption}>
        <output className="grow">{said || `${count(front.size)} of ${count(drawn.marks.length)} points are on the front: none is better in one without being worse in another.`}</output>
      </figcaption>
    </figure>
  );
}
