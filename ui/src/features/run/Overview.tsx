import { useQuery } from "@tanstack/react-query";
import { useMemo, lazy, Suspense } from "react";
import { chartRun } from "../../charts/chartRun";
import type { ChartView } from "../../charts/view";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { RunView } from "../../api/types";
import { looks as looksOf } from "../../components/colour";
import { flat } from "../../components/configuration";
import { Card } from "../../components/display/Card";
import { KeyValue, KeyValues } from "../../components/display/KeyValue";
import { Tile, Tiles } from "../../components/display/Tile";
import { Time } from "../../components/display/Time";
import { NoteCard } from "../../components/order/NoteCard";
import { between, duration, metric, shortId, value } from "../../components/format";
import { Link } from "../../components/navigation";
import { useNow } from "../../components/now";
import { useDark } from "../../components/theme";
import { codeOf } from "../../components/code";
import { goalOf, tilesOf } from "./goal";
import { NothingMeasured } from "./NothingMeasured";
import css from "./run.module.css";
import { Checkpoints } from "./Trail";
import { Skeleton } from "../../components/display/Skeleton";

/** Charts are loaded beside what the page says in words. */
const MetricChart = lazy(() => import("../../charts/ChartGrid").then((module) => ({ default: module.MetricChart })));

/** Of programs alone. */
const CodeFacts = lazy(() => import("./CodeFacts").then((module) => ({ default: module.CodeFacts })));

/** Of those that programs nest. */
const Below = lazy(() => import("./Below").then((module) => ({ default: module.Below })));

interface Props {
  run: RunView;
  view: ChartView;
  onView: (view: ChartView) => void;
  /** The note is being written. */
  noting: boolean;
  onNoting: (noting: boolean) => void;
}

/** What came out, how it went, where and with what. */
export function Overview({ run, view, onView, noting, onNoting }: Props) {
  const dark = useDark();
  const goal = goalOf(run);
  const runs = useMemo(() => [chartRun(run)], [run]);
  const looks = useMemo(() => looksOf([run.id], dark), [run.id, dark]);
  return (
    <div className={css.overview}>
      {goal ? (
        <>
          <Tiles>
            {tilesOf(run).map((key) => {
              const summary = run.summary[key]!;
              const best = summary.best !== undefined && summary.best !== null && summary.count > 1 ? summary : undefined;
              return (
                <Tile
                  key={key}
                  name={key}
                  value={best ? best.best : summary.last}
                  format={summary}
                  title={`${summary.count} points`}
                  note={best ? `best, at step ${best.bestStep ?? "?"}; last ${metric(best.last, summary)}` : "last"}
                />
              );
            })}
          </Tiles>
          {run.summary[goal]!.count > 1 ? <><h2 className="sr">Curve of the goal</h2><Suspense fallback={<Skeleton what="the curve" height={200} lines={1} />}><MetricChart metric={goal} runs={runs} looks={looks} view={view} onView={onView} emphasised={null} /></Suspense></> : null}
        </>
      ) : (
        <NothingMeasured run={run} />
      )}
      <div className={css.columns}>
        <Where run={run} />
        <div className={css.overview}>
          {run.children ? (
            <Suspense fallback={<Skeleton what="the runs below" />}>
              <Below run={run} />
            </Suspense>
          ) : null}
          <NoteCard kept="runs" id={run.id} project={run.project} editing={noting} onEditing={onNoting} />
          <Card title="Checkpoints" flush>
            <Checkpoints run={run} />
          </Card>
        </div>
      </div>
    </div>
  );
}

/** Device, cost, and everything that has to be the same for the run to come out the same. */
function Where({ run }: { run: RunView }) {
  const now = useNow();
  const attempts = useQuery({ queryKey: keys.attempts(run.id), queryFn: () => api.attempts(run.id) });
  const devices = useQuery({ queryKey: keys.devices, queryFn: api.devices });
  const last = attempts.data?.at(-1);
  const id = run.device ?? last?.device;
  const device = devices.data?.find((one) => one.id === id);
  const environment = Object.entries(run.environment ? flat(run.environment) : {});
  const code = codeOf(run);
  return (
    <Card title="Where and with what">
      <KeyValues column>
        <KeyValue name={run.device ? "Device" : "Last device"}>
          {id ? <Link to="/devices">{device ? `${device.name} · ${device.host}` : `${shortId(id)}${last?.host ? ` · ${last.host}` : ""}`}</Link> : <span className="faint">none yet</span>}
        </KeyValue>
        <KeyValue name="Duration">{between(run.startedAt, run.endedAt, now)}</KeyValue>
        {run.deviceSeconds === undefined || run.deviceSeconds === null ? null : <KeyValue name="Time on devices">{duration(run.deviceSeconds)}</KeyValue>}
        <KeyValue name="Attempts">{Math.max(run.attempt, attempts.data?.length ?? 0)}</KeyValue>
        <KeyValue name="Created">
          <Time at={run.createdAt} /> by {run.createdBy}
        </KeyValue>
        {run.startedAt ? (
          <KeyValue name="Started">
            <Time at={run.startedAt} show="absolute" />
          </KeyValue>
        ) : null}
        {run.endedAt ? (
          <KeyValue name="Ended">
            <Time at={run.endedAt} show="absolute" />
          </KeyValue>
        ) : null}
        <KeyValue name="Priority">{run.priority}</KeyValue>
        {run.dataFingerprint ? (
          <KeyValue name="Data" title={run.dataFingerprint}>
            <code>{run.dataFingerprint.slice(0, 16)}</code>
          </KeyValue>
        ) : null}
        {run.specHash ? (
          <KeyValue name="Spec" title={run.specHash}>
            <code>{run.specHash.slice(0, 16)}</code>
          </KeyValue>
        ) : null}
        {code ? (
          <Suspense fallback={null}>
            <CodeFacts code={code} name={run.name} />
          </Suspense>
        ) : null}
        {environment.map(([name, json]) => (
          <KeyValue key={name} name={name}>
            {value(json)}
          </KeyValue>
        ))}
      </KeyValues>
    </Card>
  );
}
