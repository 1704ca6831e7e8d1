import { useMemo } from "react";
import { ChartGrid } from "../../charts/ChartGrid";
import { ChartToolbar } from "../../charts/ChartToolbar";
import type { ChartView } from "../../charts/view";
import type { RunView } from "../../api/types";
import { EmptyState } from "../../components/display/EmptyState";
import { chartRun } from "./chartRun";
import { hasEnded } from "./goal";

interface Props {
  run: RunView;
  view: ChartView;
  onView: (view: ChartView) => void;
}

/** Everything that the run measured. */
export function Curves({ run, view, onView }: Props) {
  const runs = useMemo(() => [chartRun(run)], [run]);
  return (
    <>
      <ChartToolbar view={view} onView={onView} ghosts={run.attempt > 1 || view.ghosts} />
      <ChartGrid runs={runs} view={view} onView={onView} none={<NothingMeasured run={run} />} />
    </>
  );
}

/** Says whether something may still come. */
export function NothingMeasured({ run }: { run: RunView }) {
  if (hasEnded(run.state)) return <EmptyState title="It ended before it measured anything.">{run.message ? <p>{run.message}</p> : null}</EmptyState>;
  return <EmptyState title="Nothing was measured yet.">{run.waiting ? <p>{run.waiting}</p> : null}</EmptyState>;
}
