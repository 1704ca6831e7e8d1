import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { RunGroup } from "../../api/overRuns";
import type { RunState, RunView } from "../../api/types";
import { Answered } from "../../components/display/Answered";
import { Badge } from "../../components/display/Badge";
import { Card } from "../../components/display/Card";
import { PageHeader } from "../../components/display/PageHeader";
import { ProgressBar } from "../../components/display/ProgressBar";
import { RunPill } from "../../components/display/RunPill";
import { Tile, Tiles } from "../../components/display/Tile";
import { Time } from "../../components/display/Time";
import { StateBar } from "../../components/StateBar";
import { count, counted } from "../../components/format";
import { keep, kept } from "../../components/kept";
import { ExperimentTable } from "./ExperimentTable";
import { FirstSteps } from "./FirstSteps";
import css from "./home.module.css";
import { useExperiments } from "./useExperiments";

const SHOWN = 8;
const WORKS: RunState[] = ["STARTING", "RUNNING", "PAUSING", "CANCELLING"];
const WORKING = WORKS.join(",");
const ENDED = "FINISHED,PRUNED,FAILED,CANCELLED";
const DAY_MS = 86_400_000;

/** When this browser looked last, before this visit; a day ago where it never did. */
function useLastVisit(): string {
  const [before] = useState(() => kept("home.seen", new Date(Date.now() - DAY_MS).toISOString()));
  useEffect(() => keep("home.seen", new Date().toISOString()), []);
  return before;
}

/** A question over runs whose answer follows the stream like a list does. */
function useSome(query: { state: string; sort?: string; limit: number; filter?: string[] }) {
  return useQuery({ queryKey: ["home", query], queryFn: () => api.runs(query) });
}

export function HomePage() {
  const since = useLastVisit();
  const after = `endedAt >= '${since}'`;
  const running = useSome({ state: WORKING, sort: "-startedAt", limit: SHOWN });
  const waiting = useSome({ state: "QUEUED", limit: 1 });
  const ended = useSome({ state: ENDED, sort: "-endedAt", limit: SHOWN, filter: [after] });
  const failed = useSome({ state: "FAILED", sort: "-endedAt", limit: 100, filter: [after] });
  const asked = { by: ["reason"], state: "FAILED", filter: [after], limit: 50 };
  const reasons = useQuery({ queryKey: keys.groups(asked), queryFn: () => api.groups(asked) });
  const devices = useQuery({ queryKey: ["devices"], queryFn: api.devices, refetchInterval: 15_000 });
  const sweeps = useQuery({ queryKey: [...keys.sweepLists, "home"], queryFn: () => api.sweeps({ limit: 100 }) });
  const going = (sweeps.data?.items ?? []).filter(({ state }) => state === "RUNNING" || state === "PAUSED");
  const { query, rows } = useExperiments();
  // A day is long: events need not bring it anew.
  const activity = useQuery({ queryKey: ["activity"], queryFn: api.activity, refetchInterval: 60_000, select: (all) => new Map(all.map((one) => [one.name, one.activity])) });

  const inState = (...states: string[]) => devices.data?.filter((device) => states.includes(device.state)).length ?? 0;
  const lost = inState("LOST", "QUARANTINED", "REFUSED");
  if (rows?.length === 0 && running.data?.total === 0) return <FirstSteps />;
  return (
    <>
      <PageHeader title="Home" />
      <div className={css.column}>
        <Tiles>
          <Tile name={<Link to="/runs" search={{ state: WORKS }}>Running</Link>} value={running.data ? counted(running.data.total, running.data.more) : null} note={waiting.data ? `${counted(waiting.data.total, waiting.data.more)} waiting` : undefined} />
          <Tile name={<Link to="/runs" search={{ sort: "-endedAt", filter: [after] }}>Ended since your last visit</Link>} value={ended.data ? counted(ended.data.total, ended.data.more) : null} note={<Time at={since} />} />
          <Tile name={<Link to="/runs" search={{ sort: "-endedAt", state: ["FAILED"], filter: [after] }}>Failed since then</Link>} value={failed.data ? counted(failed.data.total, failed.data.more) : null} />
          <Tile name={<Link to="/devices">Devices</Link>} value={devices.data ? `${inState("BUSY")} of ${devices.data.length} busy` : null} note={lost > 0 ? <Badge tone="bad">{count(lost)} lost or set aside</Badge> : `${inState("FREE")} free, ${inState("DRAINED")} drained`} />
        </Tiles>
        <div className={css.grid}>
          <div className={css.column}>
            <Card title="Running now" flush tools={<Link to="/runs" search={{ state: WORKS }}>All</Link>}>
              <Answered query={running} what="what runs">
                {(page) => <Runs runs={page.items} none="Nothing runs." progress />}
              </Answered>
            </Card>
            {going.length > 0 ? (
              <Card title="Sweeps under way" flush tools={<Link to="/sweeps">All</Link>}>
                <ul className={css.list}>
                  {going.slice(0, SHOWN).map((sweep) => (
                    <li key={sweep.id} className={css.item}>
                      <Link to="/sweeps/$id" params={{ id: sweep.id }}>
                        {sweep.name}
                      </Link>
                      <StateBar sweep={sweep} />
                    </li>
                  ))}
                </ul>
              </Card>
            ) : null}
            <Card title="Experiments" flush tools={<Link to="/experiments">All</Link>}>
              <Answered query={query} what="the experiments">
                {() => <ExperimentTable rows={(rows ?? []).slice(0, 12)} activity={activity.data} />}
              </Answered>
            </Card>
          </div>
          <div className={css.column}>
            <Card title="Failed since your last visit, by reason" flush>
              <Answered query={reasons} what="failures">
                {(page) => <Failures groups={page.items} newest={failed.data?.items ?? []} />}
              </Answered>
            </Card>
            <Card title="Ended since your last visit" flush tools={<Link to="/runs" search={{ sort: "-endedAt", filter: [after] }}>All</Link>}>
              <Answered query={ended} what="what ended">
                {(page) => <Runs runs={page.items} none="Nothing ended since." />}
              </Answered>
            </Card>
          </div>
        </div>
      </div>
    </>
  );
}

function Runs({ runs, none, progress = false }: { runs: readonly RunView[]; none: string; progress?: boolean }) {
  if (runs.length === 0) return <p className={css.note}>{none}</p>;
  return (
    <ul className={css.list}>
      {runs.map((run) => (
        <li key={run.id} className={css.item}>
          <Link to="/runs/$id" params={{ id: run.id }}>
            {run.name}
          </Link>
          {progress ? <ProgressBar step={run.step} steps={run.steps} epoch={run.epoch} epochs={run.epochs} /> : <Time at={run.endedAt} />}
          <RunPill run={run} />
        </li>
      ))}
    </ul>
  );
}

/** One line a reason, over all that failed, with the newest run that has it. */
function Failures({ groups, newest }: { groups: readonly RunGroup[]; newest: readonly RunView[] }) {
  if (groups.length === 0) return <p className={css.note}>Nothing failed since.</p>;
  return (
    <ul className={css.list}>
      {[...groups]
        .sort((a, b) => b.runs - a.runs)
        .map(({ by, runs, filter }) => {
          const example = newest.find((run) => (run.reason ?? null) === by.reason);
          return (
            <li key={filter} className={css.item}>
              <Badge tone="bad">{by.reason === null ? "no reason given" : String(by.reason)}</Badge>
              <Link to="/runs" search={{ state: ["FAILED"], filter: [filter] }}>
                {count(runs)} {runs === 1 ? "run" : "runs"}
              </Link>
              <Time at={example?.endedAt} />
              {example ? (
                <p className={css.message}>
                  <Link to="/runs/$id" params={{ id: example.id }}>
                    {example.name}
                  </Link>
                  : {example.message ?? "No message was left."}
                </p>
              ) : null}
            </li>
          );
        })}
    </ul>
  );
}
