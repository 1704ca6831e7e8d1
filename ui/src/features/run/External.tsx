import type { RunView } from "../../api/types";
import { Badge } from "../../components/display/Badge";
import { duration } from "../../components/format";
import { useNow } from "../../components/now";
import { silence } from "../../components/silence";

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
