import { useMemo } from "react";
import type { RunView } from "../../api/types";
import { MetricChart } from "../../charts/ChartGrid";
import { chartRun, phasesOf } from "../../charts/chartRun";
import { ChartToolbar } from "../../charts/ChartToolbar";
import { useLively } from "../../charts/useLively";
import { SeriesProvider } from "../../charts/useSeries";
import { readChartView, writeChartView } from "../../charts/view";
import { Card } from "../../components/display/Card";
import { EmptyState } from "../../components/display/EmptyState";
import { count } from "../../components/format";
import { Button } from "../../components/controls/Button";
import { Link, setOrDrop, useUrlState, type UrlState } from "../../components/navigation";
import { useDark } from "../../components/theme";
import { counts, type PlotAxis } from "./axes";
import { shade } from "./parallelLines";
import { onVal } from "./useSweepRuns";

interface Props {
  /** Those inside the brushes. */
  runs: readonly RunView[];
  metric: string;
  /** Of the result: colours are those of the parallel coordinates. */
  axis: PlotAxis;
  goal: "max" | "min";
  result: (run: RunView) => number | null;
}

/** More curves than this seldom say more to the eye; who wants them has them. */
const DRAWN = 40;
/** As many as a browser draws while the pointer moves. */
const MOST_DRAWN = 1000;
const CODEC = { read: readChartView, write: writeChartView };
const ALL: UrlState<boolean> = {
  read: (search) => search.get("curves") === "all",
  write: (all, search) => setOrDrop(search, "curves", all ? "all" : undefined),
};

/** The best first, then those without a result that have begun. */
export function drawnOf(runs: readonly RunView[], metric: string, goal: "max" | "min", result: (run: RunView) => number | null): RunView[] {
  const sign = goal === "max" ? -1 : 1;
  const place = (run: RunView) => ((value) => (value === null ? Infinity : sign * value))(result(run));
  return runs
    .filter((run) => (run.summary[metric]?.count ?? 0) > 1)
    .sort((a, b) => ((x, y) => (x === y ? 0 : x - y))(place(a), place(b)));
}

/** What is judged once, on test, has no curve: that of the same score on val stands for it. */
export function curveOf(runs: readonly RunView[], metric: string): string {
  const grows = (name: string) => runs.some((run) => (run.summary[name]?.count ?? 0) > 1);
  return !grows(metric) && grows(onVal(metric)) ? onVal(metric) : metric;
}

/** The curves of the runs inside the brushes, in the colours of the parallel coordinates; the best one stands out. */
export default function Curves({ runs, metric: judged, axis, goal, result }: Props) {
  const metric = curveOf(runs, judged);
  const dark = useDark();
  const [view, setView] = useLively(...useUrlState(CODEC));
  const having = useMemo(() => drawnOf(runs, metric, goal, result), [runs, metric, goal, result]);
  const [all, setAll] = useUrlState(ALL);
  const shown = useMemo(() => having.slice(0, all ? MOST_DRAWN : DRAWN), [having, all]);
  const lines = useMemo(() => shown.map(chartRun), [shown]);
  const phases = useMemo(() => phasesOf(shown), [shown]);
  const looks = useMemo(() => new Map(shown.map((run) => [run.id, { colour: shade(axis.at(run) ?? 0, dark), dash: axis.at(run) === null ? [3, 3] : [] }])), [shown, axis, dark]);
  const best = shown.find((run) => counts(run) && result(run) !== null);
  return (
    <Card title={`Curves of ${metric}`}>
      {shown.length === 0 ? (
        <EmptyState title={runs.length === 0 ? "No run lies inside the brushes." : `No run has measured ${metric} more than once.`} />
      ) : (
        <SeriesProvider ghosts={view.ghosts} phases={phases}>
          <ChartToolbar view={view} onView={setView} ghosts={false} find={false} />
          <MetricChart metric={metric} runs={lines} looks={looks} view={view} onView={setView} emphasised={best?.id ?? null} />
          <p className="small faint">
            {having.length > shown.length ? `The best ${count(shown.length)} of ${count(having.length)} curves. ` : `${count(shown.length)} ${shown.length === 1 ? "curve" : "curves"}. `}
            {best ? (
              <>
                The one that stands out is the best{metric === judged ? "" : ` by ${judged}`}, <Link to={`/runs/${best.id}`}>{best.name}</Link>.
              </>
            ) : null}
            {having.length > DRAWN ? (
              <>
                {" "}
                <Button size="s" kind="quiet" onClick={() => setAll(!all)}>
                  {all ? `Draw the best ${count(DRAWN)}` : having.length > MOST_DRAWN ? `Draw the best ${count(MOST_DRAWN)}` : `Draw all ${count(having.length)}`}
                </Button>
              </>
            ) : null}
          </p>
        </SeriesProvider>
      )}
    </Card>
  );
}
