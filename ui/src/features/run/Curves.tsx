import { useMemo } from "react";
import { ChartGrid } from "../../charts/ChartGrid";
import { chartRun } from "../../charts/chartRun";
import { ChartToolbar } from "../../charts/ChartToolbar";
import { useLively } from "../../charts/useLively";
import type { ChartView } from "../../charts/view";
import type { RunView } from "../../api/types";
import { NothingMeasured } from "./NothingMeasured";

interface Props {
  run: RunView;
  view: ChartView;
  onView: (view: ChartView) => void;
}

/** Everything that the run measured. */
export function Curves({ run, view: given, onView: give }: Props) {
  const [view, onView] = useLively(given, give);
  const runs = useMemo(() => [chartRun(run)], [run]);
  return (
    <>
      <ChartToolbar view={view} onView={onView} ghosts={run.attempt > 1 || view.ghosts} />
      <ChartGrid runs={runs} view={view} onView={onView} none={<NothingMeasured run={run} />} />
    </>
  );
}
