import { useQueries } from "@tanstack/react-query";
import { LineChart } from "lucide-react";
import { useMemo } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { RunView } from "../../api/types";
import { ChartGrid } from "../../charts/ChartGrid";
import { chartRun, phasesOf } from "../../charts/chartRun";
import { ChartToolbar } from "../../charts/ChartToolbar";
import { SeriesProvider } from "../../charts/useSeries";
import { useLively } from "../../charts/useLively";
import { readChartView, writeChartView } from "../../charts/view";
import type { Look } from "../../components/colour";
import { EmptyState } from "../../components/display/EmptyState";
import { Skeleton } from "../../components/display/Skeleton";
import { useUrlState } from "../../components/navigation";

const CODEC = { read: readChartView, write: writeChartView };

/** The curves of the runs that are drawn: those with an open eye. */
export function RunsCharts({ runs, looks, emphasised }: { runs: readonly RunView[]; looks: ReadonlyMap<string, Look>; emphasised: string | null }) {
  const [view, setView] = useLively(...useUrlState(CODEC));
  // A row of the table carries the metrics of its columns; charts need to know them all.
  const whole = useQueries({ queries: runs.map((run) => ({ queryKey: keys.run(run.id), queryFn: () => api.run(run.id), staleTime: 30_000 })) });
  const known = whole.map((answer) => answer.data).filter((run) => run !== undefined);
  const signature = known.map((run) => `${run.id} ${run.attempt} ${run.state} ${run.step}`).join("\n");
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the signature says all that matters of them
  const [drawn, phases] = useMemo(() => [known.map(chartRun), phasesOf(known)], [signature]);
  if (runs.length === 0) {
    return (
      <EmptyState title="No run is drawn." icon={LineChart}>
        <p>Open a run's eye in the table to draw its curves here.</p>
      </EmptyState>
    );
  }
  if (drawn.length === 0) return <Skeleton what="curves" height={200} lines={2} />;
  return (
    <SeriesProvider ghosts={view.ghosts} phases={phases}>
      <ChartToolbar view={view} onView={setView} ghosts={false} />
      <ChartGrid legend={false} runs={drawn} view={view} onView={setView} looks={looks} emphasised={emphasised} />
    </SeriesProvider>
  );
}
