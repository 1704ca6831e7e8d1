import { useVirtualizer } from "@tanstack/react-virtual";
import { Download, Search } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { LogLine, RunView } from "../../api/types";
import { Button } from "../../components/controls/Button";
import { Checkbox } from "../../components/controls/Checkbox";
import { TextField } from "../../components/controls/TextField";
import { download } from "../../components/csv";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { clock, count, date, some } from "../../components/format";
import { hasEnded } from "./goal";
import css from "./run.module.css";
import { asText, searched, useLog } from "./useLog";

interface Props {
  run: RunView;
  search: string;
  onSearch: (search: string) => void;
}

/** Every line that the run printed. */
export function Logs({ run, search, onSearch }: Props) {
  const query = useLog(run);
  return (
    <Answered query={query} what="the log">
      {(lines) =>
        lines.length === 0 ? (
          <EmptyState title={hasEnded(run.state) ? "It printed nothing." : "No log line yet."}>{run.waiting ? <p>{run.waiting}</p> : null}</EmptyState>
        ) : (
          <Lines run={run} lines={lines} search={search} onSearch={onSearch} />
        )
      }
    </Answered>
  );
}

function Lines({ run, lines, search, onSearch }: Props & { lines: readonly LogLine[] }) {
  const going = !hasEnded(run.state);
  const [follow, setFollow] = useState(going);
  const box = useRef<HTMLDivElement>(null);
  const { shown, hits } = useMemo(() => searched(lines, search), [lines, search]);
  const rows = useVirtualizer({ count: shown.length, getScrollElement: () => box.current, estimateSize: () => 19, overscan: 20 });
  useEffect(() => {
    if (follow && shown.length > 0) rows.scrollToIndex(shown.length - 1, { align: "end" });
  }, [follow, shown.length, rows]);
  const scrolled = () => {
    const element = box.current;
    if (element && element.scrollHeight - element.scrollTop - element.clientHeight > 60) setFollow(false);
  };
  return (
    <section aria-label="Log">
      <div className={css.tools}>
        <TextField icon={Search} type="search" placeholder="Find in the log" aria-label="Find in the log" value={search} onChange={(event) => onSearch(event.target.value)} />
        <span className="faint num" role="status">
          {hits === undefined ? some(lines.length, "line") : `${count(hits)} of ${some(lines.length, "line")}`}
        </span>
        <span className="grow" />
        {going ? <Checkbox label="follow" checked={follow} onChecked={setFollow} /> : null}
        <Button size="s" icon={Download} onClick={() => download(`${run.name}.log`, "text/plain", asText(lines))}>
          Save all lines
        </Button>
      </div>
      {/* Scrolls, so it must be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <div className={css.log} ref={box} onWheel={scrolled} onKeyUp={scrolled} tabIndex={0} role="log" aria-label="Lines">
        <div style={{ height: rows.getTotalSize(), position: "relative" }}>
          {rows.getVirtualItems().map((item) => {
            const line = shown[item.index]!;
            return (
              <div key={line.seq} data-index={item.index} ref={rows.measureElement} className={css.line} style={{ transform: `translateY(${item.start}px)` }}>
                <time className="faint" dateTime={line.time} title={date(line.time)}>
                  {clock(line.time)}
                </time>
                {run.attempt > 1 ? <span className="faint">[{line.attempt}]</span> : null}
                <span>{search ? <Marked text={line.line} wanted={search} /> : line.line}</span>
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}

function Marked({ text, wanted }: { text: string; wanted: string }) {
  const at = text.toLowerCase().indexOf(wanted.toLowerCase());
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + wanted.length)}</mark>
      {text.slice(at + wanted.length)}
    </>
  );
}
