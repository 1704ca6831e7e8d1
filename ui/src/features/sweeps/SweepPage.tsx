import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CopyPlus } from "lucide-react";
import { lazy, type ReactNode, Suspense, useCallback, useState } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { useMay } from "../../api/me";
import type { Marks } from "../../api/order";
import type { Action, Json, RunView, SweepView, TableRow } from "../../api/types";
import { ActionBar } from "../../components/ActionBar";
import { Copy } from "../../components/Copy";
import { MarkBadges } from "../../components/order/MarkBadges";
import { NoteCard } from "../../components/order/NoteCard";
import { NewButton } from "../../components/NewButton";
import { WatchButton } from "../../components/WatchButton";
import { Button, Segmented } from "../../components/controls/Button";
import { Select } from "../../components/controls/Select";
import { PageHeader } from "../../components/display/PageHeader";
import { KeyValue, KeyValues } from "../../components/display/KeyValue";
import { ago, between, count, date, shortId } from "../../components/format";
import { Answered } from "../../components/display/Answered";
import { Link, useUrlState } from "../../components/navigation";
import { useNow } from "../../components/now";
import { SpecView } from "../../components/SpecView";
import { Skeleton } from "../../components/display/Skeleton";
import { StatePill } from "../../components/display/StatePill";
import { Digits, digitsOf } from "./digits";
import { MeanTable } from "./MeanTable";
import { goalOf, resultOf } from "./axes";
import { outcomeOf } from "../../components/outcome";
import { StateBar } from "../../components/StateBar";
import css from "./sweeps.module.css";
import { type Brushed, useBrushed } from "./useBrushed";
import { useSweepRuns } from "./useSweepRuns";
import { sweepUrl } from "./view";

/** What it came to is said before it is drawn. */
const Plots = lazy(() => import("./Plots").then((module) => ({ default: module.Plots })));
const SearchMenu = lazy(() => import("./SearchMenu"));
const Curves = lazy(() => import("./Curves"));
const PointsTable = lazy(() => import("./PointsTable"));
const OrderMenu = lazy(() => import("../../components/order/OrderMenu").then((module) => ({ default: module.OrderMenu })));

export function actionsOfSweep(sweep: Pick<SweepView, "state" | "states">): Action[] {
  const broken = (sweep.states.FAILED ?? 0) + (sweep.states.CANCELLED ?? 0) > 0;
  const retry: Action[] = broken ? ["retry"] : [];
  if (sweep.state === "RUNNING") return ["pause", "cancel", ...retry];
  if (sweep.state === "PAUSED") return ["resume", "cancel", ...retry];
  return retry;
}

const NO_RUNS: readonly RunView[] = [];

/** @param runs the table of the sweep's runs that these filters leave */
export function SweepPage({ id, runs }: { id: string; runs: (within: readonly string[]) => ReactNode }) {
  const query = useQuery({ queryKey: keys.sweep(id), queryFn: () => api.sweep(id) });
  return (
    <Answered query={query} what="the sweep" title={`Sweep ${shortId(id)}`}>
      {(sweep) => <Loaded sweep={sweep} runs={runs} />}
    </Answered>
  );
}

const marksOf = ({ tags, starred, archived, deletedAt }: Marks): Marks => ({ tags: tags ?? {}, starred: starred ?? false, archived: archived ?? false, deletedAt: deletedAt ?? null });

const text = (json: unknown) => (typeof json === "string" ? json : undefined);

/** What the sweep says of a metric: its own, or one of several that it has. */
function aimOf(spec: SweepView["spec"], own: string, metric: string): string | undefined {
  if (metric === own) return text(spec.goal);
  const further = Array.isArray(spec.further) ? spec.further : [];
  const found = further.find((one) => typeof one === "object" && one !== null && !Array.isArray(one) && one.metric === metric);
  return found ? text((found as { goal?: Json }).goal) : undefined;
}

function Loaded({ sweep, runs }: { sweep: SweepView & Marks; runs: (within: readonly string[]) => ReactNode }) {
  const [noting, setNoting] = useState(false);
  const [view, setView] = useUrlState(sweepUrl);
  const cache = useQueryClient();
  const now = useNow();
  const may = useMay();
  const own = text(sweep.spec.metric) ?? "val/top1";
  const metric = view.metric ?? own;
  const external = sweep.spec.external === true;
  const found = useSweepRuns(sweep.id, metric, external);
  const said = goalOf(found.data?.runs ?? [], metric, aimOf(sweep.spec, own, metric));
  const goal = said ?? "max";
  const offered = [...new Set([own, metric, ...(found.data?.metrics ?? [])])].sort((a, b) => a.localeCompare(b));
  const act = async (action: Action) => {
    cache.setQueryData(keys.sweep(sweep.id), await api.actOnSweep(sweep.id, action));
    await cache.invalidateQueries({ queryKey: keys.runLists });
  };
  const outcome = outcomeOf(sweep);
  const all = found.data?.runs ?? NO_RUNS;
  const brushed = useBrushed(all, metric, view);
  const result = useCallback((run: RunView) => resultOf(run, metric, view.value), [metric, view.value]);
  const narrowed = view.brushes.length > 0;
  return (
    <Digits value={digitsOf(all, metric)}>
      <PageHeader
        title={sweep.name}
        prefix={outcome}
        crumbs={
          <>
            <Link to="/sweeps">Sweeps</Link>
            <Link to={`/runs?experiment=${encodeURIComponent(sweep.experiment)}`}>{sweep.experiment}</Link>
          </>
        }
        badges={
          <>
            <StatePill state={outcome} />
            <Copy text={sweep.id} label={shortId(sweep.id)} title="Copy the sweep's id" />
            <MarkBadges thing={sweep} />
          </>
        }
        actions={
          <>
            <NewButton icon={CopyPlus} to="/new" search={{ from: `sweep:${sweep.id}` } as never}>
              Again with a change
            </NewButton>
            <Suspense fallback={null}>{may.change(sweep) ? <SearchMenu sweep={sweep} /> : null}</Suspense>
            <ActionBar actions={may.change(sweep) ? actionsOfSweep(sweep) : []} what={`sweep ${sweep.name} and its runs`} act={act} />
            {sweep.state === "RUNNING" || sweep.state === "PAUSED" ? <WatchButton what={{ kind: "sweep", id: sweep.id, name: sweep.name }} /> : null}
            <Suspense fallback={null}>
              <OrderMenu
                kept="sweeps"
                thing={{ ...marksOf(sweep), id: sweep.id, name: sweep.name, experiment: sweep.experiment, project: sweep.project, createdBy: sweep.createdBy }}
                what={`sweep ${sweep.name}`}
                ended={sweep.state === "FINISHED" || sweep.state === "CANCELLED"}
                onChanged={() => Promise.all([keys.sweep(sweep.id), keys.sweepLists, keys.runLists, keys.experiments].map((queryKey) => cache.invalidateQueries({ queryKey })))}
                onNote={() => setNoting(true)}
              />
            </Suspense>
          </>
        }
      >
        <StateBar sweep={sweep} />
        {outcome === "failed" || outcome === "partly failed" ? <Failures runs={found.data?.runs ?? []} /> : null}
        <KeyValues>
          <KeyValue name="Runs">
            {count(sweep.created)} of {count(sweep.total)} {external ? "asked for" : "queued"}
          </KeyValue>
          <KeyValue name="Duration">{between(sweep.createdAt, sweep.endedAt, now)}</KeyValue>
          <KeyValue name="Created" title={date(sweep.createdAt)}>
            {ago(sweep.createdAt, now)} by {sweep.createdBy}
          </KeyValue>
        </KeyValues>
        <div className={css.choices}>
          <Select label="Metric" value={metric} options={offered.map((name) => ({ value: name, label: name }))} onValue={(name) => setView({ ...view, metric: name === own ? undefined : name })} />
          <Segmented
            label="Which value counts"
            value={view.value}
            options={[
              { value: "last", label: "last value" },
              { value: "best", label: "best value", title: `the ${goal === "max" ? "highest" : "lowest"} of each run` },
            ]}
            onValue={(which) => setView({ ...view, value: which })}
          />
          <span className="faint small">in the table and every plot; {said === null ? "which end is better is not defined, higher ones are shown as such" : `${goal === "max" ? "higher" : "lower"} is better`}</span>
        </div>
      </PageHeader>
      <div className={css.stack}>
        {external ? (
          <Suspense fallback={<Skeleton what="the points" height={300} lines={1} />}>
            <PointsTable sweep={sweep.id} within={narrowed ? brushed.runs : undefined} />
          </Suspense>
        ) : (
          <MeanTable sweep={sweep.id} base={sweep.spec.base} metric={metric} which={view.value} goal={goal} keeps={narrowed ? keepsOf(sweep, metric, all, brushed) : undefined} />
        )}
        <Answered query={found} what="the sweep's runs">
          {(answer) => (
            <>
              <Suspense fallback={<Skeleton what="the plots" lines={8} />}>
                <Plots sweep={sweep.id} prunes={Boolean(sweep.spec.pruner)} goals={Array.isArray(sweep.spec.further) && sweep.spec.further.length > 0} external={external} found={answer} brushed={brushed} result={result} metric={metric} goal={goal} view={view} onView={setView} />
              </Suspense>
              {external || answer.runs.length === 0 ? null : (
                <Suspense fallback={<Skeleton what="the curves" height={300} lines={1} />}>
                  <Curves runs={brushed.runs} metric={metric} axis={brushed.axes.at(-1)!} goal={goal} result={result} />
                </Suspense>
              )}
            </>
          )}
        </Answered>
        {narrowed ? (
          <p className={css.narrowed} role="status">
            Brushed: the tables and curves of this page show the {count(brushed.runs.length)} of {count(all.length)} runs inside{external ? "" : ", and the table below all of the sweep's"}.
            <Button size="s" kind="quiet" onClick={() => setView({ ...view, brushes: [] })}>
              Clear brushes
            </Button>
          </p>
        ) : null}
        {external ? null : runs(brushed.filters)}
        {sweep.hasNote || noting ? <NoteCard kept="sweeps" id={sweep.id} project={sweep.project} editing={noting} onEditing={setNoting} /> : null}
        <details className="spec-details">
          <summary>The sweep&apos;s spec</summary>
          <SpecView spec={sweep.spec} />
        </details>
      </div>
    </Digits>
  );
}

/** A row is inside where one of its runs is; one without a drawn run is judged by its point and its mean. */
function keepsOf(sweep: SweepView, metric: string, all: readonly RunView[], brushed: Brushed): (row: TableRow) => boolean {
  const within = new Set(brushed.runs.map((run) => run.id));
  const drawn = new Set(all.map((run) => run.id));
  return (row) => {
    if (row.runs.some((run) => drawn.has(run))) return row.runs.some((run) => within.has(run));
    const mean = typeof row.mean === "number" ? { last: row.mean, best: row.mean, count: 1, nonFinite: 0 } : undefined;
    return brushed.inside({ params: row.params, spec: sweep.spec.base ?? {}, summary: mean ? { [metric]: mean } : {} } as RunView);
  };
}

/** How many of the runs failed for which reason, with one of each. */
function Failures({ runs }: { runs: readonly RunView[] }) {
  const failed = runs.filter((run) => run.state === "FAILED");
  const reasons = [...new Set(failed.map((run) => run.reason ?? "no reason"))];
  return (
    <ul className={css.failed} aria-label="Why runs failed">
      {reasons.map((reason) => {
        const all = failed.filter((run) => (run.reason ?? "no reason") === reason);
        return (
          <li key={reason}>
            <strong>
              {count(all.length)} × {reason}
            </strong>{" "}
            {all[0]!.message} <Link to={`/runs/${all[0]!.id}`}>{all[0]!.name}</Link>
          </li>
        );
      })}
    </ul>
  );
}
