import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { search, type Tried } from "../../api/sweepSearch";
import type { RunView } from "../../api/types";
import { durationTicks, xLabels } from "../../charts/scale";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { count, date, duration, shortId, some } from "../../components/format";
import { Link } from "../../components/navigation";
import { useNow } from "../../components/now";
import { lanesOf, triedOf } from "./lanes";
import css from "./sweeps.module.css";
import { pageOf } from "./view";

const TONE: Record<string, string | undefined> = { FINISHED: css.good, GIVEN_BACK: css.still, PRUNED: css.still, CANCELLED: css.still, FAILED: css.badBar, LOST: css.badBar };
/** Attempts that the lab gives at most. */
const MOST = 5_000;
const ROW = 22;
/** px for the devices' names. */
const NAMES = 150;
/** A sweep that goes on is drawn anew this often, in ms. */
const PACE_MS = 5_000;

interface Props {
  sweep: string;
  /** Its points are carried out elsewhere: on no device of the lab. */
  external: boolean;
  /** Those that are drawn: they name the bars. */
  runs: readonly RunView[];
  width: number;
}

/** What each device did of the sweep, attempt by attempt: gaps are devices that waited, or had other work. */
export default function Timeline({ sweep, external, runs, width }: Props) {
  const attempts = useQuery({ queryKey: keys.insight(sweep, "attempts"), queryFn: () => search.attempts(sweep), enabled: !external });
  if (external) return <Drawn attempts={triedOf(runs)} external runs={runs} width={width} />;
  return (
    <Answered query={attempts} what="the timeline">
      {(found) => <Drawn attempts={found} external={false} runs={runs} width={width} />}
    </Answered>
  );
}

function Drawn({ attempts, external, runs, width }: { attempts: readonly Tried[] } & Omit<Props, "sweep">) {
  const devices = useQuery({ queryKey: keys.devices, queryFn: api.devices });
  const moment = Math.floor(useNow() / PACE_MS) * PACE_MS;
  const { lanes, from, to, busy } = useMemo(() => lanesOf(attempts, devices.data ?? [], moment), [attempts, devices.data, moment]);
  const names = useMemo(() => new Map(runs.map((run) => [run.id, run.name])), [runs]);
  if (attempts.length === 0) return <EmptyState title="No run has started yet." />;
  const span = Math.max(1000, to - from);
  const left = Math.min(NAMES, width * 0.3);
  const ticks = durationTicks([0, span / 1000], Math.max(2, Math.floor((width - left) / 90)));
  const labels = xLabels("relative", ticks);
  const at = (time: number) => `${(100 * (time - from)) / span}%`;
  return (
    <figure>
      <div className={css.lanes} style={{ gridTemplateColumns: `${left}px minmax(0, 1fr)` }}>
        {lanes.map((lane) => (
          <div key={lane.id} role="group" aria-label={`${lane.name}: ${some(lane.bars.length, "attempt")}`} className={css.lane}>
            <span className={css.laneName} title={lane.name}>
              {lane.name}
            </span>
            <div className={css.timeline} style={{ height: lane.rows * ROW }}>
              {lane.bars.map(({ attempt, from: start, to: end, row }) => {
                const name = names.get(attempt.run) ?? `run ${shortId(attempt.run)}`;
                const what = (attempt.outcome ?? attempt.state).toLowerCase().replaceAll("_", " ");
                return (
                  <Link
                    key={`${attempt.run} ${attempt.attempt}`}
                    to={pageOf(attempt.run)}
                    className={`${css.span} ${TONE[attempt.state] ?? css.live}`}
                    style={{ top: row * ROW, left: at(start), width: `${(100 * (end - start)) / span}%` }}
                    title={`${name}, attempt ${attempt.attempt}: ${what}, ${date(new Date(start).toISOString())}, ${duration((end - start) / 1000)}`}
                  >
                    {name}
                    {attempt.attempt > 1 ? ` (${attempt.attempt})` : ""}
                  </Link>
                );
              })}
            </div>
          </div>
        ))}
        <span />
        <div className={css.times} aria-hidden="true">
          {ticks.map((second, i) => (
            <span key={second} style={{ left: at(from + second * 1000) }}>
              {labels[i]}
            </span>
          ))}
        </div>
      </div>
      <figcaption className={css.caption}>
        <span className="grow">
          {date(new Date(from).toISOString())} to {date(new Date(to).toISOString())}: {external
            ? `${some(attempts.length, "point")}, at most ${count(Math.max(...lanes.map((lane) => lane.rows)))} at once, in ${duration(span / 1000)}.`
            : `${attempts.length === MOST ? "the newest " : ""}${some(attempts.length, "attempt")} on ${some(lanes.length, "device")} in ${duration(span / 1000)}; the devices had one of this sweep for ${Math.round(100 * busy)} % of it.`}
        </span>
      </figcaption>
    </figure>
  );
}
