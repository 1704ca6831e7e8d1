import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { RunView } from "../../api/types";
import { clock } from "../../components/format";
import { Link } from "../../components/navigation";
import css from "./run.module.css";

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
  SETUP: "The message names what a machine lacks for the program: put it there, or let another worker have it.",
  WORKER_LOST: "Check the worker on the devices page, then retry.",
  PROGRAM: "Look at what the program itself printed.",
  INTERNAL: "Look at the logs; retry if the cause is gone.",
};
const LINES = 12;

/** Why a run ended badly, first of all: the reason, what to do, and the last lines that it printed. */
export function Failure({ run }: { run: RunView }) {
  const failed = run.state === "FAILED";
  const said = failed || Boolean(run.message && run.state !== "FINISHED");
  const log = useQuery({
    queryKey: [...keys.trail(run.id), "last lines"],
    queryFn: () => api.lastLines(run.id, LINES),
    enabled: failed,
  });
  if (!said) return null;
  const lines = log.data?.items ?? [];
  return (
    <section className={failed ? css.failure : css.waiting} aria-label={failed ? "Why it failed" : "What it says"}>
      <p className={css.reason}>
        {failed ? <TriangleAlert size={16} aria-hidden="true" /> : null}
        <span>
          {run.reason ? <strong>{run.reason}: </strong> : null}
          {run.message ?? "No message was left."}
        </span>
      </p>
      {failed && run.reason && NEXT[run.reason] ? <p>{NEXT[run.reason]}</p> : null}
      {lines.length > 0 ? (
        <>
          {/* Scrolls, so it must be reachable by keyboard. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre className={css.last} tabIndex={0} role="region" aria-label="The last lines it printed">
            {lines.map((line) => `${clock(line.time)} ${line.line}`).join("\n")}
          </pre>
          <Link to={`/runs/${run.id}?tab=logs`}>All lines</Link>
        </>
      ) : null}
    </section>
  );
}
