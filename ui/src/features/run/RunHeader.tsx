import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { placeRun } from "../../api/follow";
import type { RunView } from "../../api/types";
import { ActionBar, actionsOf } from "../../components/ActionBar";
import { lookOf } from "../../components/colour";
import { Copy } from "../../components/Copy";
import { KeyValue, KeyValues } from "../../components/display/KeyValue";
import { ago, between, date, shortId } from "../../components/format";
import { Link } from "../../components/navigation";
import { useNow } from "../../components/now";
import { ProgressBar } from "../../components/display/ProgressBar";
import { StatePill } from "../../components/display/StatePill";
import { useDark } from "../../components/theme";

/** What to do about an end that is not FINISHED; the service's message says what happened. */
const NEXT: Record<string, string> = {
  SPEC: "Change the spec and queue a new run: trying again would end the same.",
  DATA: "Check the images with: runyard data check.",
  WEIGHTS: "Check the weights with: runyard weights inspect.",
  OUT_OF_MEMORY: "Use a smaller batch or a device with more memory.",
  NOT_FINITE: "Lower the learning rate or lengthen the warm-up.",
  NO_PROGRESS: "Look at the logs of the last attempts, then retry.",
  NO_VALID_CHECKPOINT: "Every checkpoint is damaged: queue the run anew.",
  DISK_FULL: "Free space on the worker's machine, then retry.",
  WORKER_LOST: "Check the worker on the devices page, then retry.",
  INTERNAL: "Look at the logs; retry if the cause is gone.",
};

export function RunHeader({ run }: { run: RunView }) {
  const cache = useQueryClient();
  const now = useNow();
  const dark = useDark();
  const devices = useQuery({ queryKey: keys.devices, queryFn: api.devices, enabled: Boolean(run.device) });
  const device = devices.data?.find((d) => d.id === run.device);
  return (
    <header className="run-head">
      <p className="crumbs">
        <Link to={`/runs?experiment=${encodeURIComponent(run.experiment)}`}>{run.experiment}</Link>
        {run.sweep ? (
          <>
            {" / "}
            <Link to={`/sweeps/${run.sweep}`}>sweep</Link>
          </>
        ) : null}
      </p>
      <div className="row wrap">
        <span className="swatch big" style={{ background: lookOf(run.id, dark).colour }} aria-hidden="true" />
        <h1>{run.name}</h1>
        <StatePill state={run.state} reason={run.reason} />
        <Copy text={run.id} label={shortId(run.id)} title="Copy the run's id" />
        <span className="grow" />
        <Link to={`/new?kind=run&from=run:${run.id}`} className="button" title="A new run that starts from this spec">
          Reuse spec
        </Link>
        <ActionBar
          actions={actionsOf(run.state)}
          what={`run ${run.name}`}
          act={async (action) => placeRun(cache, await api.actOnRun(run.id, action))}
        />
      </div>
      {run.waiting ? (
        <p className="note note-wait">
          <strong>Waiting:</strong> {run.waiting}
        </p>
      ) : null}
      {run.state === "FAILED" || (run.message && run.state !== "FINISHED") ? (
        <div className={`note ${run.state === "FAILED" ? "note-bad" : "note-wait"}`}>
          <p>
            {run.reason ? <strong>{run.reason}: </strong> : null}
            {run.message ?? "No message was left."}
          </p>
          {run.state === "FAILED" && run.reason && NEXT[run.reason] ? <p className="remedy">{NEXT[run.reason]}</p> : null}
        </div>
      ) : null}
      <KeyValues>
        <KeyValue name="Progress">
          <ProgressBar step={run.step} steps={run.steps} epoch={run.epoch} epochs={run.epochs} wide />
        </KeyValue>
        <KeyValue name="Device">
          {run.device ? <Link to="/devices">{device ? `${device.name} · ${device.host}` : shortId(run.device)}</Link> : "none"}
        </KeyValue>
        <KeyValue name="Attempts">{run.attempt}</KeyValue>
        <KeyValue name="Duration">{between(run.startedAt, run.endedAt, now)}</KeyValue>
        <KeyValue name="Created" title={date(run.createdAt)}>
          {ago(run.createdAt, now)} by {run.createdBy}
        </KeyValue>
        <KeyValue name="Priority">{run.priority}</KeyValue>
      </KeyValues>
    </header>
  );
}
