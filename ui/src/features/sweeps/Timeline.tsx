import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { keys } from "../../api/keys";
import { search, type Stay } from "../../api/sweepSearch";
import type { RunView } from "../../api/types";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { count, date, duration } from "../../components/format";
import { Link } from "../../components/navigation";
import { useNow } from "../../components/now";
import css from "./sweeps.module.css";
import { pageOf } from "./view";

export interface Bar {
  stay: Stay;
  /** Within its device. */
  lane: number;
  from: number;
  to: number;
}

/** What one device had; several lanes where it has several slots. */
export interface Row {
  device: string;
  bars: Bar[];
  lanes: number;
}

/** Each device's stays beside each other, each in the first lane that is free when it begins; the devices by their names. */
export function rowsOf(stays: readonly Stay[], now: number): { rows: Row[]; from: number; to: number } {
  const rows = new Map<string, Row & { free: number[] }>();
  const placed = stays.map((stay) => ({ stay, from: Date.parse(stay.from), to: stay.to ? Date.parse(stay.to) : now })).sort((a, b) => a.from - b.from);
  for (const one of placed) {
    const row = rows.get(one.stay.device) ?? { device: one.stay.device, bars: [], lanes: 0, free: [] };
    rows.set(row.device, row);
    let lane = row.free.findIndex((until) => until <= one.from);
    if (lane < 0) lane = row.free.length;
    row.free[lane] = one.to;
    row.lanes = row.free.length;
    row.bars.push({ ...one, lane });
  }
  return {
    rows: [...rows.values()].map(({ device, bars, lanes }) => ({ device, bars, lanes })).sort((a, b) => a.device.localeCompare(b.device, "en", { numeric: true })),
    from: Math.min(...placed.map((bar) => bar.from)),
    to: Math.max(...placed.map((bar) => bar.to)),
  };
}

/** A point that others carry out was with somebody, on a machine that nobody here knows. */
const outside = (run: RunView): Stay[] => (run.startedAt ? [{ run: run.id, name: run.name, state: run.state, attempt: 1, device: "outside", from: run.startedAt, to: run.endedAt }] : []);

const TONE: Record<string, string | undefined> = { FINISHED: css.good, PRUNED: css.still, FAILED: css.badBar, CANCELLED: css.still };
const LANE = 22;

/** Which device had which run when: gaps are devices that waited. */
export default function Timeline({ sweep, runs, external }: { sweep: string; runs: readonly RunView[]; external: boolean }) {
  const query = useQuery({ queryKey: keys.insight(sweep, "timeline"), queryFn: () => search.timeline(sweep), enabled: !external });
  if (external) return <Drawn stays={runs.flatMap(outside)} more={false} />;
  return (
    <Answered query={query} what="the timeline">
      {({ stays, more }) => <Drawn stays={stays} more={more} />}
    </Answered>
  );
}

function Drawn({ stays, more }: { stays: readonly Stay[]; more: boolean }) {
  const now = useNow();
  const minute = Math.floor(now / 5000) * 5000;
  const { rows, from, to } = useMemo(() => rowsOf(stays, minute), [stays, minute]);
  if (rows.length === 0) return <EmptyState title="No run has started yet." />;
  const span = Math.max(1000, to - from);
  return (
    <figure>
      {rows.map(({ device, bars, lanes }) => (
        <div key={device}>
          <p className="small faint">{device}</p>
          <div className={css.timeline} style={{ height: lanes * LANE }} role="list" aria-label={`${device}: ${bars.length} stays over ${duration(span / 1000)}, at most ${lanes} at once`}>
            {bars.map(({ stay, lane, from: start, to: end }) => (
              <span key={`${stay.run} ${stay.attempt}`} role="listitem">
                <Link
                  to={pageOf(stay.run)}
                  className={`${css.span} ${TONE[stay.state] ?? css.live}`}
                  style={{ top: lane * LANE, left: `${(100 * (start - from)) / span}%`, width: `${(100 * (end - start)) / span}%` }}
                  title={`${stay.name}${stay.attempt > 1 ? `, attempt ${stay.attempt}` : ""}: ${stay.state.toLowerCase()}, ${date(new Date(start).toISOString())}, ${duration((end - start) / 1000)}`}
                >
                  {stay.name}
                </Link>
              </span>
            ))}
          </div>
        </div>
      ))}
      <figcaption className={css.caption}>
        <span className="grow">
          {date(new Date(from).toISOString())} to {date(new Date(to).toISOString())}: {more ? "the newest " : ""}
          {count(stays.length)} stays on {count(rows.length)} {rows.length === 1 ? "device" : "devices"} in {duration(span / 1000)}.
        </span>
      </figcaption>
    </figure>
  );
}
