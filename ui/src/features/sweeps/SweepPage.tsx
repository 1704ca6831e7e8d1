import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { Action, SweepView } from "../../api/types";
import { ActionBar } from "../../components/ActionBar";
import { Copy } from "../../components/Copy";
import { KeyValue, KeyValues } from "../../components/display/KeyValue";
import { ago, between, count, date, shortId } from "../../components/format";
import { Answered } from "../../components/display/Answered";
import { Link, useUrlState } from "../../components/navigation";
import { useNow } from "../../components/now";
import { SpecView } from "../../components/SpecView";
import { StatePill } from "../../components/display/StatePill";
import { MeanTable } from "./MeanTable";
import { Plots } from "./Plots";
import { StateBar } from "./StateBar";
import { sweepUrl } from "./view";

const COMMON = ["test/top1", "val/top1", "test/top5", "val/top5", "val/loss", "train/loss", "train/top1"];

export function actionsOfSweep(sweep: Pick<SweepView, "state" | "states">): Action[] {
  const broken = (sweep.states.FAILED ?? 0) + (sweep.states.CANCELLED ?? 0) > 0;
  const retry: Action[] = broken ? ["retry"] : [];
  if (sweep.state === "RUNNING") return ["pause", "cancel", ...retry];
  if (sweep.state === "PAUSED") return ["resume", "cancel", ...retry];
  return retry;
}

/** @param runs the table of the sweep's runs */
export function SweepPage({ id, runs }: { id: string; runs: ReactNode }) {
  const query = useQuery({ queryKey: keys.sweep(id), queryFn: () => api.sweep(id) });
  return (
    <Answered query={query} what="the sweep">
      {(sweep) => <Loaded sweep={sweep} runs={runs} />}
    </Answered>
  );
}

const text = (json: unknown) => (typeof json === "string" ? json : undefined);

function Loaded({ sweep, runs }: { sweep: SweepView; runs: ReactNode }) {
  const [view, setView] = useUrlState(sweepUrl);
  const cache = useQueryClient();
  const now = useNow();
  useEffect(() => {
    document.title = `${sweep.name} · sweep · Runyard`;
    return () => {
      document.title = "Runyard";
    };
  }, [sweep.name]);
  const own = text(sweep.spec.metric) ?? "val/top1";
  const metric = view.metric ?? own;
  const goal = view.metric && view.metric !== own ? (view.metric.includes("loss") ? "min" : "max") : sweep.spec.goal === "min" ? "min" : "max";
  const offered = [...new Set([own, metric, ...COMMON])];
  const act = async (action: Action) => {
    cache.setQueryData(keys.sweep(sweep.id), await api.actOnSweep(sweep.id, action));
    await cache.invalidateQueries({ queryKey: keys.runLists });
  };
  return (
    <>
      <header className="run-head">
        <p className="crumbs">
          <Link to="/sweeps">Sweeps</Link> / <Link to={`/runs?experiment=${encodeURIComponent(sweep.experiment)}`}>{sweep.experiment}</Link>
        </p>
        <div className="row wrap">
          <h1>{sweep.name}</h1>
          <StatePill state={sweep.state} />
          <Copy text={sweep.id} label={shortId(sweep.id)} title="Copy the sweep's id" />
          <span className="grow" />
          <Link to={`/new?from=sweep:${sweep.id}`} className="button" title="A new sweep that starts from this spec">
            Reuse spec
          </Link>
          <ActionBar actions={actionsOfSweep(sweep)} what={`sweep ${sweep.name} and its runs`} act={act} />
        </div>
        <StateBar sweep={sweep} />
        <KeyValues>
          <KeyValue name="Runs">
            {count(sweep.created)} of {count(sweep.total)} queued
          </KeyValue>
          <KeyValue name="Duration">{between(sweep.createdAt, sweep.endedAt, now)}</KeyValue>
          <KeyValue name="Created" title={date(sweep.createdAt)}>
            {ago(sweep.createdAt, now)} by {sweep.createdBy}
          </KeyValue>
          <div>
            <dt>
              <label htmlFor="metric">Metric</label>
            </dt>
            <dd>
              <select id="metric" value={metric} onChange={(event) => setView({ ...view, metric: event.target.value === own ? undefined : event.target.value })}>
                {offered.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </dd>
          </div>
        </KeyValues>
      </header>
      <div className="stack">
        <MeanTable sweep={sweep.id} metric={metric} goal={goal} />
        <Plots sweep={sweep.id} metric={metric} view={view} onView={setView} />
        {runs}
        <details className="spec-details">
          <summary>The sweep&apos;s spec</summary>
          <SpecView spec={sweep.spec} />
        </details>
      </div>
    </>
  );
}
