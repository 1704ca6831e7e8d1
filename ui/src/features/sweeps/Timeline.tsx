import { useMemo } from "react";
import type { RunView } from "../../api/types";
import { Link } from "../../components/navigation";
import { useNow } from "../../components/now";
import { count, date, duration } from "../../components/format";
import { EmptyState } from "../../components/display/EmptyState";
import css from "./sweeps.module.css";
import { pageOf } from "./view";

export interface Bar {
  run: RunView;
  lane: number;
  from: number;
  to: number;
}

/** Runs beside each other as they ran: each in the first lane that is free when it starts. */
export function lanesOf(runs: readonly RunView[], now: number): { bars: Bar[]; lanes: number; from: number; to: number } {
  const started = runs
    .filter((run) => run.startedAt)
    .map((run) => ({ run, from: Date.parse(run.startedAt!), to: run.endedAt ? Date.parse(run.endedAt) : now }))
    .sort((a, b) => a.from - b.from);
  const free: number[] = [];
  const bars = started.map((one): Bar => {
    let lane = free.findIndex((until) => until <= one.from);
    if (lane < 0) lane = free.length;
    free[lane] = one.to;
    return { ...one, lane };
  });
  return { bars, lanes: free.length, from: Math.min(...bars.map((bar) => bar.from)), to: Math.max(...bars.map((bar) => bar.to)) };
}

const TONE: Record<string, string | undefined> = { FINISHED: css.good, PRUNED: css.still, FAILED: css.badBar, CANCELLED: css.still };
const LANE = 22;

/** When each run ran, and what of them at once: gaps are devices that waited. Retries are one bar from the first start to the end. */
export default function Timeline({ runs }: { runs: readonly RunView[] }) {
  const now = useNow();
  const minute = Math.floor(now / 5000) * 5000;
  const { bars, lanes, from, to } = useMemo(() => lanesOf(runs, minute), [runs, minute]);
  if (bars.length === 0) return <EmptyState title="No run has started yet." />;
  const span = Math.max(1000, to - from);
  return (
    <figure>
      <div className={css.timeline} style={{ height: lanes * LANE }} role="list" aria-label={`${bars.length} runs over ${duration(span / 1000)}, at most ${lanes} at once`}>
        {bars.map(({ run, lane, from: start, to: end }) => (
          <span key={run.id} role="listitem">
            <Link
              to={pageOf(run.id)}
              className={`${css.span} ${TONE[run.state] ?? css.live}`}
              style={{ top: lane * LANE, left: `${(100 * (start - from)) / span}%`, width: `${(100 * (end - start)) / span}%` }}
              title={`${run.name}: ${run.state.toLowerCase()}, ${date(new Date(start).toISOString())}, ${duration((end - start) / 1000)}`}
            >
              {run.name}
            </Link>
          </span>
        ))}
      </div>
      <figcaption className={css.caption}>
        <span className="grow">
          {date(new Date(from).toISOString())} to {date(new Date(to).toISOString())}: {count(bars.length)} runs in {duration(span / 1000)}, at most {count(lanes)} at once.
        </span>
      </figcaption>
    </figure>
  );
}
