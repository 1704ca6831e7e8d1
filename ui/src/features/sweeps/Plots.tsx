import { useEffect, useMemo, useRef, useState } from "react";
import type { RunView } from "../../api/types";
import { Segmented } from "../../components/controls/Button";
import { Card } from "../../components/display/Card";
import { EmptyState } from "../../components/display/EmptyState";
import { count, counted } from "../../components/format";
import { paramAxis, RESULT, resultAxis, resultOf, varying } from "./axes";
import { BestPlot } from "./BestPlot";
import { ParallelPlot } from "./ParallelPlot";
import { SlicePlot } from "./SlicePlot";
import type { SweepRuns } from "./useSweepRuns";
import type { PlotKind, SweepPageView } from "./view";

interface Props {
  found: SweepRuns;
  metric: string;
  goal: "max" | "min";
  view: SweepPageView;
  onView: (view: SweepPageView) => void;
}

const KINDS: readonly { value: PlotKind; label: string }[] = [
  { value: "parallel", label: "Parallel" },
  { value: "slice", label: "Slices" },
  { value: "best", label: "Best so far" },
];

/** Parameters against the result; the value that counts is the table's. */
export function Plots(props: Props) {
  const { metric, view, onView } = props;
  return (
    <Card title={`Parameters against ${metric}, ${view.value}`}>
      <Segmented label="Kind of plot" size="s" value={view.plot} options={KINDS} onValue={(plot) => onView({ ...view, plot })} />
      <Drawn {...props} />
    </Card>
  );
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}

function Drawn({ found, metric, goal, view, onView }: Props) {
  const { runs, total, more } = found;
  const { box, width } = useWidth();
  const axes = useMemo(() => {
    const isLog = (id: string) => view.log?.includes(id);
    return [...varying(runs).map((path) => paramAxis(runs, path, isLog(path))), resultAxis(runs, metric, view.value, isLog(RESULT))];
  }, [runs, metric, view.log, view.value]);
  const toggleLog = (id: string) => {
    const now = axes.filter((axis) => axis.log).map((axis) => axis.id);
    onView({ ...view, log: now.includes(id) ? now.filter((other) => other !== id) : [...now, id] });
  };
  const result = (run: RunView) => resultOf(run, metric, view.value);
  const params = axes.slice(0, -1);
  const measured = runs.filter((run) => result(run) !== null).length;
  return (
    <div ref={box}>
      {measured === 0 ? (
        <EmptyState title={`No run has a value of ${metric} yet.`} />
      ) : width === 0 ? null : view.plot === "best" ? (
        <BestPlot runs={runs} metric={metric} which={view.value} goal={goal} width={width} />
      ) : params.length === 0 ? (
        <EmptyState title="The runs do not differ in any parameter." />
      ) : view.plot === "parallel" ? (
        <ParallelPlot
          runs={runs}
          axes={axes}
          title={axes.at(-1)!.title}
          result={result}
          brushes={view.brushes}
          onBrushes={(brushes) => onView({ ...view, brushes })}
          onLog={toggleLog}
          width={width}
        />
      ) : (
        <SlicePlot runs={runs} params={params} y={axes.at(-1)!} axes={axes} brushes={view.brushes} result={result} width={width} onLog={toggleLog} />
      )}
      <p className="small faint">
        {count(measured)} of {count(runs.length)} runs have a value.
        {total > runs.length ? ` Drawn are the ${count(runs.length)} newest of ${counted(total, more)}.` : ""}
      </p>
    </div>
  );
}
