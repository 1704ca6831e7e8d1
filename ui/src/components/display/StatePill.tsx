import { Archive, Ban, Check, CircleDashed, CircleDot, Pause, Scissors, TriangleAlert, X, type LucideIcon } from "lucide-react";
import { Badge, type Tone } from "./Badge";

const LOOK: Record<string, { tone: Tone; icon?: LucideIcon; live?: true }> = {
  QUEUED: { tone: "still", icon: CircleDashed },
  STARTING: { tone: "live", live: true },
  RUNNING: { tone: "live", live: true },
  PAUSING: { tone: "warn", live: true },
  PAUSED: { tone: "warn", icon: Pause },
  CANCELLING: { tone: "warn", live: true },
  FINISHED: { tone: "good", icon: Check },
  PRUNED: { tone: "still", icon: Scissors },
  FAILED: { tone: "bad", icon: X },
  CANCELLED: { tone: "still", icon: Ban },
  FREE: { tone: "good", icon: CircleDot },
  BUSY: { tone: "live", live: true },
  LIVE: { tone: "good", live: true },
  LOST: { tone: "bad", icon: X },
  DRAINED: { tone: "warn", icon: Pause },
  HELD: { tone: "warn", icon: Pause },
  BUSY_ELSEWHERE: { tone: "warn", icon: Ban },
  QUARANTINED: { tone: "bad", icon: TriangleAlert },
  REFUSED: { tone: "bad", icon: Ban },
  COMPLETE: { tone: "good", icon: Check },
  "PARTLY FAILED": { tone: "warn", icon: TriangleAlert },
  EMPTY: { tone: "still", icon: CircleDashed },
  ARCHIVED: { tone: "still", icon: Archive },
};
const GOES_ON = new Set(["STARTING", "PAUSING", "CANCELLING"]);

/** A state in word, sign and colour, so that none of the three has to be seen. */
export function StatePill({ state, reason }: { state: string; reason?: string | null | undefined }) {
  const name = state.toUpperCase();
  const { tone, icon, live } = LOOK[name] ?? { tone: "still" as const };
  return (
    <Badge tone={tone} icon={icon} live={live ?? false} title={reason ?? undefined}>
      {state.toLowerCase().replaceAll("_", " ")}
      {GOES_ON.has(name) ? "…" : ""}
    </Badge>
  );
}
