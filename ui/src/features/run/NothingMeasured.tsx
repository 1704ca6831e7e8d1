import type { RunView } from "../../api/types";
import { EmptyState } from "../../components/display/EmptyState";
import { hasEnded } from "./goal";

/** Says whether something may still come. Apart from the charts, which are loaded where there is something to draw. */
export function NothingMeasured({ run }: { run: RunView }) {
  if (hasEnded(run.state)) return <EmptyState title="It ended before it measured anything.">{run.message ? <p>{run.message}</p> : null}</EmptyState>;
  return <EmptyState title="Nothing was measured yet.">{run.waiting ? <p>{run.waiting}</p> : null}</EmptyState>;
}
