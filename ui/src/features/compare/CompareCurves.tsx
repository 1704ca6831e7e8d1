import { useMemo } from "react";
import { ChartGrid } from "../../charts/ChartGrid";
import { chartRun, phasesOf } from "../../charts/chartRun";
import { ChartToolbar } from "../../charts/ChartToolbar";
import { SeriesProvider } from "../../charts/useSeries";
import { useLively } from "../../charts/useLively";
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
export function CompareCurves({ columns, looks, view: given, onView: give, emphasised }: Props) {
  const [view, onView] = useLively(given, give);
  const runs = useMemo(
    () =>
      columns.flatMap((column) => {
        const together = column.runs.length > 1 ? { label: column.name, group: column.id } : {};
        return column.runs.map((run) => ({ ...chartRun(run), ...together }));
      }),
    [columns],
  );
  const phases = useMemo(() => phasesOf(columns.flatMap((column) => column.runs)), [columns]);
  return (
    <SeriesProvider ghosts={view.ghosts} phases={phases}>
      <ChartToolbar view={view} onView={onView} />
      <ChartGrid runs={runs} view={view} onView={onView} looks={looks} emphasised={emphasised} />
    </SeriesProvider>
  );
}
