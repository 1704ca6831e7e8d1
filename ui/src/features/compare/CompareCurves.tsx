import { useMemo } from "react";
import { ChartGrid, type ChartRun } from "../../charts/ChartGrid";
import { ChartToolbar } from "../../charts/ChartToolbar";
import { SeriesProvider } from "../../charts/useSeries";
import type { ChartView } from "../../charts/view";
import type { Look } from "../../components/colour";
import type { CompareColumn } from "./columns";

interface Props {
  columns: readonly CompareColumn[];
  looks: ReadonlyMap<string, Look>;
  view: ChartView;
  onView: (view: ChartView) => void;
  emphasised: string | null;
}

/** All curves of what is compared, in one chart for each metric; runs that stand together as their mean and deviation. */
export function CompareCurves({ columns, looks, view, onView, emphasised }: Props) {
  const runs = useMemo(
    () =>
      columns.flatMap((column): ChartRun[] =>
        column.runs.map((run) => ({
          id: run.id,
          label: column.runs.length > 1 ? column.name : run.name,
          summary: run.summary,
          group: column.runs.length > 1 ? column.id : undefined,
          start: run.startedAt ? Date.parse(run.startedAt) : undefined,
          stepsPerEpoch: run.steps && run.epochs ? run.steps / run.epochs : undefined,
        })),
      ),
    [columns],
  );
  const phases = useMemo(() => Object.fromEntries(columns.flatMap((column) => column.runs.map((run) => [run.id, `${run.attempt} ${run.state}`]))), [columns]);
  return (
    <SeriesProvider ghosts={view.ghosts} phases={phases}>
      <ChartToolbar view={view} onView={onView} />
      <ChartGrid runs={runs} view={view} onView={onView} looks={looks} emphasised={emphasised} />
    </SeriesProvider>
  );
}
