import { lazy, Suspense } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CopyPlus, GitCompareArrows } from "lucide-react";
import { api } from "../../api/client";
import { placeRun } from "../../api/follow";
import { keys } from "../../api/keys";
import { useMay } from "../../api/me";
import type { Marks } from "../../api/order";
import type { RunView } from "../../api/types";
import { ActionBar, actionsOf } from "../../components/ActionBar";
import { Copy } from "../../components/Copy";
import { MarkBadges } from "../../components/order/MarkBadges";
import { NewButton } from "../../components/NewButton";
import { WatchButton } from "../../components/WatchButton";
import { LinkButton } from "../../components/controls/Button";
import { Badge } from "../../components/display/Badge";
import { PageHeader } from "../../components/display/PageHeader";
import { ProgressBar } from "../../components/display/ProgressBar";
import { StatePill } from "../../components/display/StatePill";
import { between, count, shortId } from "../../components/format";
import { usePageActions } from "../../components/keyboard/actions";
import { Link, useGo } from "../../components/navigation";
import { useNow } from "../../components/now";
import { Above } from "./Above";
import { protocolMark } from "./protocol";
import { External } from "./External";
import { Failure } from "./Failure";
import { canBeLookedAt, hasEnded, reached } from "./goal";
import css from "./run.module.css";

const OrderMenu = lazy(() => import("../../components/order/OrderMenu").then((module) => ({ default: module.OrderMenu })));
const LookAt = lazy(() => import("./LookAt").then((module) => ({ default: module.LookAt })));
const MoreSeeds = lazy(() => import("./MoreSeeds").then((module) => ({ default: module.MoreSeeds })));

/** What the run is, how far it is, and what can be done with it. */
export function RunHeader({ run, onNote }: { run: RunView & Marks; onNote: () => void }) {
  const cache = useQueryClient();
  const now = useNow();
  const may = useMay();
  const makes = may.work();
  const ended = hasEnded(run.state);
  const attempts = useQuery({ queryKey: keys.attempts(run.id), queryFn: () => api.attempts(run.id) });
  const changed = () => Promise.all([keys.run(run.id), keys.trail(run.id), keys.runLists, keys.experiments].map((queryKey) => cache.invalidateQueries({ queryKey })));
  const far = reached(run, attempts.data ?? []);
  const go = useGo();
  usePageActions([
    { label: `Compare with another: run ${run.name}`, icon: GitCompareArrows, run: () => go(`/compare?run=${run.id}`) },
    ...(makes && !run.external ? [{ label: `Again with a change: run ${run.name}`, icon: CopyPlus, run: () => go(`/new?kind=run&from=run:${run.id}`) }] : []),
  ]);
  return (
    <PageHeader
      title={run.name}
      prefix={run.state.toLowerCase()}
      crumbs={
        <>
          <Link to={`/runs?experiment=${encodeURIComponent(run.experiment)}`}>{run.experiment}</Link>
          {typeof run.spec.of === "string" ? <Above id={run.spec.of} words="looks at" title="The run that this task looks at" /> : null}
          {run.parent ? <Above id={run.parent} name={run.parentName} words="below" title="The run that this one is below" /> : null}
          {run.sweep ? <Link to={`/sweeps/${run.sweep}`}>sweep {run.sweepName ?? shortId(run.sweep)}</Link> : null}
        </>
      }
      badges={
        <>
          <StatePill state={run.state} reason={run.reason} />
          <Copy text={run.id} label={shortId(run.id)} title="Copy the run's id" />
          {run.external ? <External run={run} /> : null}
          <MarkBadges thing={run} />
          {protocolMark(run.spec) ? <Badge tone="warn">{protocolMark(run.spec)}</Badge> : null}
        </>
      }
      actions={
        <>
          <LinkButton icon={GitCompareArrows} to="/compare" search={{ run: run.id } as never}>
            Compare with
          </LinkButton>
          <Suspense fallback={null}>
            {makes && canBeLookedAt(run) ? <LookAt run={run} /> : null}
            {makes && !run.spec.of && !run.external ? <MoreSeeds run={run} /> : null}
          </Suspense>
          {run.external ? null : (
            <NewButton icon={CopyPlus} to="/new" search={{ kind: "run", from: `run:${run.id}` } as never}>
              Again with a change
            </NewButton>
          )}
          <ActionBar actions={may.change(run) ? actionsOf(run.state, run.external) : []} what={`run ${run.name}`} act={async (action) => placeRun(cache, await api.actOnRun(run.id, action))} />
          {ended ? null : <WatchButton what={{ kind: "run", id: run.id, name: run.name }} />}
          <Suspense fallback={null}>
            <OrderMenu kept="runs" thing={run} what={`run ${run.name}`} ended={ended} onChanged={changed} onNote={onNote} />
          </Suspense>
        </>
      }
    >
      {run.startedAt ? (
        <div className={css.progress}>
          <ProgressBar step={far.step} steps={run.steps} epoch={far.epoch} epochs={run.epochs} wide ended={ended} />
          <span className="faint num">{between(run.startedAt, run.endedAt, now)}</span>
        </div>
      ) : null}
      {run.preparing ? (
        <p className={css.progress}>
          Preparing {run.preparing.what}: {count(run.preparing.done)} of {count(run.preparing.of)} ({Math.floor((100 * run.preparing.done) / Math.max(1, run.preparing.of))} %)
        </p>
      ) : null}
      {run.waiting ? (
        <p className={css.waiting}>
          <strong>Waiting:</strong> {run.waiting}
        </p>
      ) : null}
      <Failure run={run} />
    </PageHeader>
  );
}
