import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { useMay } from "../../api/me";
import { useOneKey } from "../../api/oneKey";
import type { Checked, Estimate, JsonObject } from "../../api/types";
import { Button } from "../../components/controls/Button";
import { ErrorNote } from "../../components/display/ErrorNote";
import { count } from "../../components/format";
import { useShortcuts } from "../../components/keyboard/shortcuts";
import { useGo } from "../../components/navigation";
import { sayProblem } from "../../components/overlays/toast";
import css from "./submit.module.css";
import type { Verdict } from "./useCheck";

interface Props {
  verdict: Verdict;
  /** The document as it is sent. */
  written: () => Promise<JsonObject>;
  /** The document, where it is not on the page already. */
  preview: string | null;
  onQueued: () => void;
}

const HOUR = 3600;

/** "about 1.4 device-hours", "about 12 device-minutes" */
export function costOf(estimate: Pick<Estimate, "deviceHours">): string {
  const seconds = estimate.deviceHours * HOUR;
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))} device-seconds`;
  if (seconds < 2 * HOUR) return `about ${Math.round(seconds / 60)} device-minutes`;
  return `about ${estimate.deviceHours < 100 ? Number(estimate.deviceHours.toPrecision(2)) : count(Math.round(estimate.deviceHours))} device-hours`;
}

/** What the service says about it, what it will cost, and the button. */
export function Submission({ verdict, written, preview, onQueued }: Props) {
  const cache = useQueryClient();
  const go = useGo();
  const key = useOneKey();
  const makes = useMay().work();
  const submit = useMutation({
    mutationFn: async (checked: Checked) => {
      const document = await written();
      const body = checked.kind === "sweep" || "spec" in document ? document : { spec: document };
      const one = key([checked.kind, body]);
      if (checked.kind === "sweep") return `/sweeps/${(await api.submitSweep(body, one)).id}`;
      return `/runs/${(await api.submitRun(body, one)).id}`;
    },
    onSuccess: (path) => {
      onQueued();
      void cache.invalidateQueries({ queryKey: keys.runLists });
      void cache.invalidateQueries({ queryKey: keys.sweepLists });
      void cache.invalidateQueries({ queryKey: keys.experiments });
      go(path);
    },
    onError: (error) => sayProblem("It was not queued", error),
  });
  const { checked, problem, fresh } = verdict;
  const ready = fresh && checked !== undefined && problem === undefined && !submit.isPending && makes;
  useShortcuts([{ keys: "mod+Enter", label: "Queue it", group: "New", run: () => (ready ? submit.mutate(checked) : false) }]);
  return (
    <aside className="card submission" aria-label="Check">
      <p role="status" className={problem ? "verdict bad" : "verdict"}>
        {problem ? "Not valid yet" : checked ? (checked.kind === "sweep" ? `${count(checked.runs)} ${checked.runs === 1 ? "run" : "runs"}` : "1 run, valid") : "Checking…"}
      </p>
      {checked && !problem ? <Cost estimate={checked.estimate ?? undefined} /> : null}
      {checked?.note ? <p className="small soft">{checked.note}</p> : null}
      {makes ? (
        <Button kind="primary" busy={submit.isPending} disabled={!ready} onClick={() => checked && submit.mutate(checked)}>
          {checked?.kind === "run" ? "Queue the run" : "Queue the sweep"}
        </Button>
      ) : (
        <p className="soft">Your role in this lab looks, and queues nothing; a maintainer of a project can make you a researcher.</p>
      )}
      {problem ? <ErrorNote error={problem} /> : null}
      {preview === null ? null : (
        <details open>
          <summary className="small faint">As YAML</summary>
          {/* Scrolls, so it must be reachable by keyboard. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre className="mono preview" tabIndex={0} role="region" aria-label="The document">
            {preview}
          </pre>
        </details>
      )}
    </aside>
  );
}

/** An estimate says what it is made of. */
function Cost({ estimate }: { estimate: Estimate | undefined }) {
  return (
    <p className={css.cost}>
      {estimate ? (
        <>
          <strong>{costOf(estimate)}</strong>
          <span className="small faint">
            from {count(estimate.from)} past {estimate.from === 1 ? "run" : "runs"}: {estimate.kind}
          </span>
        </>
      ) : (
        <span className="small faint">No run of this kind has finished yet: nothing to estimate its cost from.</span>
      )}
    </p>
  );
}
