import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { RunView } from "../../api/types";
import { Segmented } from "../../components/controls/Button";
import { Card } from "../../components/display/Card";
import { EmptyState } from "../../components/display/EmptyState";
import { Skeleton } from "../../components/display/Skeleton";
import { count } from "../../components/format";
import { moved } from "./axes";
import { BestPlot } from "./BestPlot";
import { ParallelPlot } from "./ParallelPlot";
import { SlicePlot } from "./SlicePlot";
import type { Brushed } from "./useBrushed";
import type { SweepRuns } from "./useSweepRuns";
import type { PlotKind, SweepPageView } from "./view";

/** Each is read and drawn where it is wanted. */
const Importance = lazy(() => import("./Importance"));
const Contour = lazy(() => import("./Contour"));
const Timeline = lazy(() => import("./Timeline"));
const Rungs = lazy(() => import("./Rungs"));
const Front = lazy(() => import("./Front"));

interface Props {
  sweep: string;
  /** The sweep has a pruner; has more goals than one. */
  prunes: boolean;
  goals: boolean;
  /** Its points are carried out elsewhere: on no device of the lab. */
  external: boolean;
  found: SweepRuns;
  brushed: Brushed;
  /** What counts of a run. */
  result: (run: RunView) => number | null;
  metric: string;
  goal: "max" | "min";
  view: SweepPageView;
  onView: (view: SweepPageView) => void;
}

const KINDS: readonly { value: PlotKind; label: string }[] = [
  { value: "parallel", label: "Parallel" },
  { value: "slice", label: "Slices" },
  { value: "best", label: "Best so far" },
  { value: "importance", label: "Importance" },
  { value: "contour", label: "Contour" },
  { value: "timeline", label: "Timeline" },
  { value: "rungs", label: "Rungs" },
  { value: "front", label: "Front" },
];

/** Drawn of more than the runs' results. */
const ALONE: ReadonlySet<PlotKind> = new Set(["timeline", "rungs", "front"]);

/** Parameters against the result; the value that counts is the table's. */
export function Plots(props: Props) {
  const { metric, view, onView, prunes, goals } = props;
  const kinds = KINDS.filter(({ value }) => (value !== "rungs" || prunes) && (value !== "front" || goals));
  return (
    <Card title={`Parameters against ${metric}, ${view.value}`}>
      <Segmented label="Kind of plot" size="s" value={view.plot} options={kinds} onValue={(plot) => onView({ ...view, plot })} />
      <Suspense fallback={<Skeleton what="the plot" height={300} lines={1} />}>
        <Drawn {...props} />
      </Suspense>
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

function Drawn({ sweep, external, found, brushed, result, metric, goal, view, onView }: Props) {
  const { runs, total } = found;
  const { box, width } = useWidth();
  const { axes, parallel } = brushed;
  const toggleLog = (id: string) => {
    const now = axes.filter((axis) => axis.log).map((axis) => axis.id);
    onView({ ...view, log: now.includes(id) ? now.filter((other) => other !== id) : [...now, id] });
  };
  const params = axes.slice(0, -1);
  const flip = (id: string) =>
    onView({
      ...view,
      flipped: view.flipped.includes(id) ? view.flipped.filter((other) => other !== id) : [...view.flipped, id],
      // What was brushed stays brushed.
      brushes: view.brushes.map((brush) => (brush.axis === id ? { ...brush, low: 1 - brush.high, high: 1 - brush.low } : brush)),
    });
  const measured = runs.filter((run) => result(run) !== null).length;
  return (
    <div ref={box}>
      {view.plot === "importance" ? (
        <Importance sweep={sweep} />
      ) : ALONE.has(view.plot) ? (
        width === 0 ? null : view.plot === "timeline" ? (
          <Timeline sweep={sweep} external={external} runs={runs} width={width} />
        ) : view.plot === "rungs" ? (
          <Rungs sweep={sweep} runs={runs} width={width} />
        ) : (
          <Front sweep={sweep} runs={runs} width={width} />
        )
      ) : measured === 0 ? (
        <EmptyState title={`No run has a value of ${metric} yet.`} />
      ) : width === 0 ? null : view.plot === "best" ? (
        <BestPlot sweep={sweep} runs={runs} whole={runs.length >= total} metric={metric} which={view.value} goal={goal} over={view.over} onOver={(over) => onView({ ...view, over })} width={width} />
      ) : params.length === 0 ? (
        <EmptyState title="The runs do not differ in any parameter." />
      ) : view.plot === "contour" ? (
        params.length < 2 ? (
          <EmptyState title="The runs differ in one parameter alone." />
        ) : (
          <Contour runs={runs} params={params} result={result} title={axes.at(-1)!.title} goal={goal} width={width} />
        )
      ) : view.plot === "parallel" ? (
        <ParallelPlot
          runs={runs}
          axes={parallel}
          title={axes.at(-1)!.title}
          result={result}
          brushes={view.brushes}
          onFlip={flip}
          onMove={(id, by) => onView({ ...view, order: moved(parallel, id, by) })}
          onBrushes={(brushes) => onView({ ...view, brushes })}
          onLog={toggleLog}
          width={width}
        />
      ) : (
        <SlicePlot runs={runs} params={params} y={axes.at(-1)!} inside={brushed.inside} result={result} width={width} onLog={toggleLog} />
      )}
      <p className="small faint">
        {count(measured)} of {count(runs.length)} runs have a value.
        {total > runs.length ? ` The other ${count(total - runs.length)} are being read.` : ""}
      </p>
    </div>
  );
}
