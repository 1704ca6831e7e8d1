import { VolumeX } from "lucide-react";
import type { RunView } from "../../api/types";
import { duration } from "../format";
import { useNow } from "../now";
import { silence } from "../silence";
import { Badge } from "./Badge";
import { StatePill } from "./StatePill";

/** A run's state; of one that says it runs while nobody hears its program, that instead. */
export function RunPill({ run }: { run: Pick<RunView, "state" | "external" | "heardAt" | "message" | "reason"> }) {
  return run.external && run.state === "RUNNING" ? <Heard run={run} /> : <StatePill state={run.state} reason={run.message ?? run.reason} />;
}

/** Looks at the clock, which other rows need not. */
function Heard({ run }: { run: Pick<RunView, "state" | "external" | "heardAt"> }) {
  const silent = silence(run, useNow());
  return silent === null ? (
    <StatePill state={run.state} />
  ) : (
    <Badge tone="warn" icon={VolumeX} title={`Running, but its program wrote nothing for ${duration(silent)}`}>
      silent {duration(silent)}
    </Badge>
  );
}
