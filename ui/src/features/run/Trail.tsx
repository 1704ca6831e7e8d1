import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { api } from "../../api/client";
import { fileAddress } from "../../api/files";
import { keys } from "../../api/keys";
import { type ArtifactView, type CheckpointView, RUN_STATES, type RunView } from "../../api/types";
import { bytes, between, count, date, metric, type MetricFormat } from "../../components/format";
import { Button } from "../../components/controls/Button";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { hasEnded } from "./goal";
import { useNow } from "../../components/now";
import { Dialog } from "../../components/overlays/Dialog";
import { Skeleton } from "../../components/display/Skeleton";
import { StatePill } from "../../components/display/StatePill";
import { TableBox } from "../../components/display/TableBox";
import { useDeviceNames } from "./useDeviceNames";

const ArtifactTable = lazy(() => import("./ArtifactTable").then((module) => ({ default: module.ArtifactTable })));

interface Props {
  run: RunView;
}

function Table({ heads, children }: { heads: readonly string[]; children: ReactNode }) {
  return (
    <TableBox label={heads.join(", ")}>
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="num">{children}</tbody>
      </table>
    </TableBox>
  );
}

export function Attempts({ run }: Props) {
  const now = useNow();
  const { named } = useDeviceNames();
  const query = useQuery({ queryKey: keys.attempts(run.id), queryFn: () => api.attempts(run.id) });
  return (
    <Answered query={query} what="attempts">
      {(attempts) =>
        attempts.length === 0 ? (
          <EmptyState title="No attempt yet.">{run.waiting ? <p>{run.waiting}</p> : null}</EmptyState>
        ) : (
          <Table heads={["Attempt", "State", "Device", "Host", "Started", "Duration", "Steps", "Outcome", "Message"]}>
            {attempts.map((attempt) => (
              <tr key={attempt.attempt}>
                <td>{attempt.attempt}</td>
                <td>
                  <StatePill state={attempt.state} />
                </td>
                <td>{attempt.device ? <span title={attempt.device}>{named(attempt.device)}</span> : "–"}</td>
                <td>{attempt.host ?? "–"}</td>
                <td>{date(attempt.startedAt)}</td>
                <td>{between(attempt.startedAt, attempt.endedAt, now)}</td>
                <td>
                  {count(attempt.startStep)} → {attempt.endStep == null ? "…" : count(attempt.endStep)}
                </td>
                <td>{attempt.outcome ?? "–"}</td>
                <td className="wrap-text">{attempt.message ?? ""}</td>
              </tr>
            ))}
          </Table>
        )
      }
    </Answered>
  );
}

export function Checkpoints({ run }: Props) {
  const query = useQuery({ queryKey: keys.checkpoints(run.id), queryFn: () => api.checkpoints(run.id) });
  return (
    <Answered query={query} what="checkpoints">
      {(checkpoints) =>
        checkpoints.length === 0 ? (
          <EmptyState title={hasEnded(run.state) ? "It left no checkpoint." : "No checkpoint yet."} />
        ) : (
          <Table heads={["Step", "Epoch", "Best so far", "Attempt", "Written", "Files"]}>
            {checkpoints.map((checkpoint) => (
              <tr key={`${checkpoint.step}/${checkpoint.attempt ?? ""}`}>
                <td>{count(checkpoint.step)}</td>
                <td>{checkpoint.epoch}</td>
                <td>{bestWords(checkpoint, checkpoints, run.summary[checkpoint.key ?? ""])}</td>
                <td>{checkpoint.attempt ?? "–"}</td>
                <td>{date(checkpoint.createdAt)}</td>
                <td>
                  {checkpoint.files?.map((file) => (
                    <a key={file.name} href={fileAddress(file.sha256)} download={file.name} className="file">
                      {file.name} <span className="faint">{bytes(file.size)}</span>
                    </a>
                  ))}
                </td>
              </tr>
            ))}
          </Table>
        )
      }
    </Answered>
  );
}

/** The newest that was best when it was made is the best; older ones were, and say so (U-09). */
export function bestWords(checkpoint: CheckpointView, all: readonly CheckpointView[], format?: MetricFormat): string {
  const value = checkpoint.value === undefined || checkpoint.value === null ? "" : `${checkpoint.key ? `${checkpoint.key} ` : ""}${metric(checkpoint.value, format)}`;
  if (!checkpoint.best) return value;
  const newest = all.filter((other) => other.best).reduce((latest, other) => (other.step > latest.step ? other : latest), checkpoint);
  return newest.step === checkpoint.step ? `★ best ${value}`.trim() : `was best ${value}`.trim();
}

export function Artifacts({ run }: Props) {
  const query = useQuery({ queryKey: keys.artifacts(run.id), queryFn: () => api.artifacts(run.id) });
  const [table, setTable] = useState<ArtifactView | null>(null);
  return (
    <>
      <Dialog open={table !== null} onClose={() => setTable(null)} title={table?.name ?? ""} wide>
      {table ? (
        <Suspense fallback={<Skeleton what="the table" />}>
          <ArtifactTable run={run.id} sha256={table.sha256} name={table.name} />
        </Suspense>
      ) : null}
    </Dialog>
    <Answered query={query} what="artifacts">
      {(artifacts) =>
        artifacts.length === 0 ? (
          <EmptyState title="No artifact yet." />
        ) : (
          <Table heads={["Name", "Kind", "Size", "SHA-256"]}>
            {artifacts.map((artifact) => (
              <tr key={`${artifact.name}/${artifact.sha256}`}>
                <td>
                  <a href={fileAddress(artifact.sha256)} download={artifact.name}>
                    {artifact.name}
                  </a>
                </td>
                <td>
                  {artifact.kind === "table" || artifact.kind === "curve" ? (
                    <Button size="s" onClick={() => setTable(artifact)} aria-label={`Show ${artifact.name}`}>
                      {artifact.kind}
                    </Button>
                  ) : (
                    (artifact.kind ?? "–")
                  )}
                </td>
                <td>{bytes(artifact.size)}</td>
                <td>
                  <code title={artifact.sha256}>{artifact.sha256.slice(0, 12)}…</code>
                </td>
              </tr>
            ))}
          </Table>
        )
      }
    </Answered>
    </>
  );
}

/** Changes of which the values say more than the word. */
const SAID = new Set(["rename", "tag", "prioritise"]);

/** What a person changed (a name, a tag) is told like a change of state, but is none. */
const isState = (to: string | null | undefined): to is string => (RUN_STATES as readonly string[]).includes(to ?? "");

export function Events({ run }: Props) {
  const { told } = useDeviceNames();
  const query = useQuery({ queryKey: keys.events(run.id), queryFn: () => api.events(run.id) });
  return (
    <Answered query={query} what="events">
      {(events) =>
        events.length === 0 ? (
          <EmptyState title="No event yet." />
        ) : (
          <ol className="timeline">
            {[...events]
              .sort((a, b) => b.seq - a.seq)
              .map((event) => (
                <li key={event.seq}>
                  <time dateTime={event.time} className="num faint">
                    {date(event.time)}
                  </time>
                  <span>
                    {isState(event.to) ? (
                      <>
                        {event.from ? <span className="faint">{event.from.toLowerCase()} → </span> : null}
                        <StatePill state={event.to} />
                      </>
                    ) : (
                      <>
                        <strong>{event.kind}</strong>
                        {event.to && SAID.has(event.kind) ? (
                          <span>
                            {" "}
                            {event.from ? <span className="faint">{event.from} → </span> : null}
                            {event.to}
                          </span>
                        ) : null}
                      </>
                    )}{" "}
                    {event.why ? <span>{told(event.why)} </span> : null}
                    <span className="faint">by {event.who}</span>
                  </span>
                </li>
              ))}
          </ol>
        )
      }
    </Answered>
  );
}
