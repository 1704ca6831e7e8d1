import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { RunView } from "../../api/types";
import { count, counted } from "../../components/format";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { paramAxis, RESULT, resultAxis, resultOf, varying } from "./axes";
import { ParallelPlot } from "./ParallelPlot";
import { ScatterPlot } from "./ScatterPlot";
import type { SweepPageView } from "./view";

/** More marks than this say nothing to the eye. */
const MARKS = 2000;
const PAGE = 500;

async function runsOf(sweep: string, metric: string): Promise<{ runs: RunView[]; total: number; more: boolean }> {
  const runs: RunView[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await api.runs({ sweep, limit: PAGE, sort: "-createdAt", cursor, metrics: [metric] });
    runs.push(...page.items);
    cursor = page.next ?? undefined;
    if (!cursor || page.items.length === 0 || runs.length >= MARKS) {
      return { runs: runs.slice(0, MARKS), total: page.total, more: page.more };
    }
  }
}

interface Props {
  sweep: string;
  metric: string;
  view: SweepPageView;
  onView: (view: SweepPageView) => void;
}

export function Plots({ sweep, metric, view, onView }: Props) {
  const query = useQuery({ queryKey: keys.sweepRuns(sweep, metric), queryFn: () => runsOf(sweep, metric) });
  return (
    <section className="card" aria-label="Parameters against result">
      <div className="row wrap">
        <h2 className="grow">Parameters against {metric}</h2>
        <div className="segments" role="group" aria-label="Kind of plot">
          {(["parallel", "scatter"] as const).map((plot) => (
            <button key={plot} type="button" aria-pressed={view.plot === plot} onClick={() => onView({ ...view, plot })}>
              {plot === "parallel" ? "Parallel coordinates" : "Scatter"}
            </button>
          ))}
        </div>
      </div>
      <Answered query={query} what="the sweep's runs">
        {(found) => <Drawn {...found} metric={metric} view={view} onView={onView} />}
      </Answered>
    </section>
  );
}

interface DrawnProps extends Omit<Props, "sweep"> {
  runs: RunView[];
  total: number;
  more: boolean;
}

function Drawn({ runs, total, more, metric, view, onView }: DrawnProps) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const axes = useMemo(() => {
    const isLog = (id: string) => view.log?.includes(id);
    return [...varying(runs).map((path) => paramAxis(runs, path, isLog(path))), resultAxis(runs, metric, isLog(RESULT))];
  }, [runs, metric, view.log]);
  const toggleLog = (id: string) => {
    const now = axes.filter((axis) => axis.log).map((axis) => axis.id);
    onView({ ...view, log: now.includes(id) ? now.filter((other) => other !== id) : [...now, id] });
  };
  const result = (run: RunView) => resultOf(run, metric);
  const params = axes.slice(0, -1);
  const x = params.find((axis) => axis.id === view.x) ?? params[0];
  const measured = runs.filter((run) => result(run) !== null).length;

  return (
    <div ref={box} className="plot-box">
      {params.length === 0 ? (
        <EmptyState title="The runs do not differ in any parameter." />
      ) : measured === 0 ? (
        <EmptyState title={`No run has a value of ${metric} yet.`} />
      ) : width > 0 ? (
        view.plot === "parallel" ? (
          <ParallelPlot
            runs={runs}
            axes={axes}
            metric={metric}
            result={result}
            brushes={view.brushes}
            onBrushes={(brushes) => onView({ ...view, brushes })}
            onLog={toggleLog}
            width={width}
          />
        ) : x ? (
          <>
            <div className="row">
              <label className="row">
                x
                <select value={x.id} onChange={(event) => onView({ ...view, x: event.target.value })}>
                  {params.map((axis) => (
                    <option key={axis.id}>{axis.id}</option>
                  ))}
                </select>
              </label>
              <label className="check">
                <input type="checkbox" disabled={!x.canLog} checked={x.log} onChange={() => toggleLog(x.id)} /> log x
              </label>
              <label className="check">
                <input type="checkbox" disabled={!axes.at(-1)!.canLog} checked={axes.at(-1)!.log} onChange={() => toggleLog(RESULT)} /> log y
              </label>
            </div>
            <ScatterPlot runs={runs} x={x} y={axes.at(-1)!} axes={axes} brushes={view.brushes} result={result} width={width} />
          </>
        ) : null
      ) : null}
      {total > runs.length ? (
        <p className="small faint">
          showing the {count(runs.length)} newest of {counted(total, more)} runs
        </p>
      ) : null}
    </div>
  );
}
