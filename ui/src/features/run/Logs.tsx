import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { LogLine, RunView } from "../../api/types";
import { download } from "../../components/csv";
import { clock, count } from "../../components/format";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";

const PAGE = 1000;
/** Lines kept on the page; older ones are in the download of the whole. */
const KEPT = 5000;
const POLL_MS = 2000;
const WORKING = new Set(["STARTING", "RUNNING", "PAUSING", "CANCELLING"]);

/** @param after the last known line's number */
async function linesAfter(run: string, after: number): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let last = after;
  for (;;) {
    const page = (await api.logs(run, last)).items;
    lines.push(...page);
    if (lines.length > KEPT) lines.splice(0, lines.length - KEPT);
    const end = page.at(-1);
    if (!end || page.length < PAGE || end.seq <= last) return lines;
    last = end.seq;
  }
}

/** The tail of the log. Follows while its end is in sight, as a terminal does. */
export function Logs({ run }: { run: RunView }) {
  const [follow, setFollow] = useState(true);
  const held = useRef<LogLine[]>([]);
  const box = useRef<HTMLDivElement>(null);
  const query = useQuery({
    queryKey: [...keys.trail(run.id), "logs"],
    queryFn: async () => {
      const fresh = await linesAfter(run.id, held.current.at(-1)?.seq ?? 0);
      if (fresh.length > 0) held.current = [...held.current, ...fresh].slice(-KEPT);
      return held.current;
    },
    refetchInterval: WORKING.has(run.state) ? POLL_MS : false,
    gcTime: 0,
  });
  const lines = query.data;
  useEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [follow, lines]);
  const scrolled = () => {
    const element = box.current;
    if (element) setFollow(element.scrollHeight - element.scrollTop - element.clientHeight < 40);
  };
  return (
    <Answered query={query} what="the log">
      {(all) =>
        all.length === 0 ? (
          <EmptyState title="No log line yet." />
        ) : (
          <section aria-label="Log" className="card log-card">
            <div className="row small">
              <span className="grow faint num">
                {all.length >= KEPT ? `the last ${count(KEPT)} lines` : `${count(all.length)} lines`}
              </span>
              <label className="check">
                <input type="checkbox" checked={follow} onChange={(event) => setFollow(event.target.checked)} /> follow
              </label>
              <button
                type="button"
                className="quiet"
                onClick={() => download(`${run.name}.log`, "text/plain", all.map((l) => `${l.time} [${l.attempt}] ${l.line}\n`).join(""))}
              >
                Save
              </button>
            </div>
            {/* Scrolls, so it must be reachable by keyboard. */}
            {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <div className="log" ref={box} onScroll={scrolled} tabIndex={0} role="log" aria-label="Lines">
              {all.map((line) => (
                <div key={line.seq}>
                  <time className="faint">{clock(line.time)}</time>
                  {line.attempt > 1 ? <span className="faint"> [{line.attempt}]</span> : null} {line.line}
                </div>
              ))}
            </div>
          </section>
        )
      }
    </Answered>
  );
}
