import type { RunView } from "../../api/types";
import { Badge } from "../../components/display/Badge";
import { duration } from "../../components/format";
import { useNow } from "../../components/now";

/** A program that writes less often than this is said to be silent; it may be thinking. */
export const SILENT_SECONDS = 300;

/** How long the program of an open external run has been silent, in seconds; null while it is heard. */
export function silence(run: Pick<RunView, "state" | "external" | "heardAt">, now: number): number | null {
  if (!run.external || run.state !== "RUNNING" || !run.heardAt) return null;
  const seconds = (now - Date.parse(run.heardAt)) / 1000;
  return seconds > SILENT_SECONDS ? seconds : null;
}

/** Says of an external run that its own program keeps it, and since when that one was not heard. */
export function External({ run }: { run: RunView }) {
  const silent = silence(run, useNow());
  return (
    <>
      <Badge title="Its own program keeps this run: the lab neither queues nor stops it">external</Badge>
      {silent === null ? null : (
        <Badge tone="warn" title="The program wrote nothing since; the tag runyard.lostAfter (30m, 2h) says when such a run is FAILED">
          silent for {duration(silent)}
        </Badge>
      )}
    </>
  );
}
