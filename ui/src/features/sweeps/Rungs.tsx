import { useQuery } from "@tanstack/react-query";
import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { useMemo } from "react";
import { keys } from "../../api/keys";
import { type Reading, search } from "../../api/sweepSearch";
import type { RunView } from "../../api/types";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { Time } from "../../components/display/Time";
import { count, number, ticks as labels } from "../../components/format";
import { Link } from "../../components/navigation";
import css from "./sweeps.module.css";
import { idOfPoint, pageOf } from "./view";

const HEIGHT = 320;
const BOX = { left: 56, right: 16, top: 14, bottom: 42 };
const NAMED = 12;

/**
 * What readings are placed by. Of a program nobody knows how many epochs it has: it is looked at by its steps, unless it reports epochs, and the pruner
 * says which. Of points from outside epochs are told.
 */
function placedBy(readings: readonly Reading[], runs: readonly RunView[]): "epoch" | "step" {
  const programs = runs.length > 0 && runs.every(({ epochs }) => !epochs) && readings.every(({ run }) => run);
  return programs && !readings.some(({ why }) => why?.includes("epoch")) ? "step" : "epoch";
}

/** What the pruner saw of each run, and where it stopped one. */
export default function Rungs({ sweep, runs, width }: { sweep: string; runs: readonly RunView[]; width: number }) {
  const query = useQuery({ queryKey: keys.insight(sweep, "rungs"), queryFn: () => search.rungs(sweep) });
  return (
    <Answered query={query} what="the pruner's readings">
      {({ readings, next }) => (readings.length === 0 ? <EmptyState title="The pruner has read nothing yet." /> : <Drawn sweep={sweep} readings={readings} more={next != null} runs={runs} width={width} />)}
    </Answered>
  );
}

function Drawn({ sweep, readings, more, runs, width }: { sweep: string; readings: readonly Reading[]; more: boolean; runs: readonly RunView[]; width: number }) {
  // A point that others carry out has no run.
  const runOf = (reading: Reading) => reading.run ?? idOfPoint(sweep, reading.index);
  const drawn = useMemo(() => {
    const values = readings.map(({ value }) => value).filter(Number.isFinite);
    const last = Math.max(...readings.map(({ epoch }) => epoch));
    const first = Math.max(1, Math.min(...readings.map(({ epoch }) => epoch)));
    const x = (last / first > 8 ? scaleLog : scaleLinear)([first, Math.max(last, first + 1)], [BOX.left + 8, width - BOX.right - 8]);
    const y = scaleLinear([Math.min(...values), Math.max(...values)], [HEIGHT - BOX.bottom, BOX.top]).nice(5);
    const byRun = new Map<string, Reading[]>();
    for (const reading of readings) {
      const of = reading.run ?? `${reading.index}`;
      byRun.set(of, [...(byRun.get(of) ?? []), reading]);
    }
    const draw = line<Reading>()
      .defined(({ value }) => Number.isFinite(value))
      .x(({ epoch }) => x(Math.max(first, epoch)))
      .y(({ value }) => y(value));
    return { x, y, first, lines: [...byRun].map(([run, all]) => ({ run, d: draw([...all].sort((a, b) => a.epoch - b.epoch)) ?? "", stopped: all.some(({ decision }) => decision === "STOP") })) };
  }, [readings, width]);
  const stops = readings.filter(({ decision }) => decision === "STOP");
  const rungs = [...new Set(readings.filter(({ decision }) => decision).map(({ epoch }) => epoch))].sort((a, b) => a - b);
  const place = placedBy(readings, runs);
  const yTicks = drawn.y.ticks(5);
  const names = labels(yTicks);
  const nameOf = (id: string) => runs.find((run) => run.id === id)?.name ?? id.slice(0, 8);
  return (
    <figure>
      <svg width={width} height={HEIGHT} role="img" aria-label={`${drawn.lines.length} runs, ${stops.length} stopped, rungs at ${place}s ${rungs.join(", ")}`}>
        {yTicks.map((tick, i) => (
          <g key={tick} transform={`translate(0,${drawn.y(tick)})`}>
            <line x1={BOX.left} x2={width - BOX.right} className={css.grid} />
            <text x={BOX.left - 8} dy="0.32em" textAnchor="end" className={css.tick}>
              {names[i]}
            </text>
          </g>
        ))}
        {rungs.map((epoch) => (
          <g key={epoch} transform={`translate(${drawn.x(Math.max(drawn.first, epoch))},0)`}>
            <line y1={BOX.top} y2={HEIGHT - BOX.bottom} className={css.rung} />
            <text y={HEIGHT - BOX.bottom + 16} textAnchor="middle" className={css.tick}>
              {epoch}
            </text>
          </g>
        ))}
        {drawn.lines.map(({ run, d, stopped }) => (
          <path key={run} d={d} className={stopped ? css.stopped : css.kept} />
        ))}
        {stops.map((stop) => (
          <circle key={stop.seq} cx={drawn.x(Math.max(drawn.first, stop.epoch))} cy={drawn.y(stop.value)} r={4} className={css.stop}>
            <title>{`${nameOf(runOf(stop))}, ${place} ${stop.epoch}, ${number(stop.value)}: ${stop.why ?? "stopped"}`}</title>
          </circle>
        ))}
        <text x={(BOX.left + width) / 2} y={HEIGHT - 8} textAnchor="middle" className={css.axisTitle}>
          {place}; rungs are drawn as lines
        </text>
      </svg>
      <figcaption className={css.caption}>
        {count(readings.length)} readings{more ? " (the first of more)" : ""} of {count(drawn.lines.length)} runs; {count(stops.length)} stopped.
      </figcaption>
      {stops.length > 0 ? (
        <details>
          <summary className="small faint">What was stopped, and why</summary>
          <ul className="small">
            {stops.slice(-NAMED).map((stop) => (
              <li key={stop.seq}>
                <Link to={pageOf(runOf(stop))}>{nameOf(runOf(stop))}</Link> at {place} {stop.epoch} with {number(stop.value)}: {stop.why ?? "no reason was kept"}{stop.at ? <>, <Time at={stop.at} /></> : null}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </figure>
  );
}
