const LIVE = new Set(["LIVE", "STARTING", "RUNNING", "PAUSING", "CANCELLING", "BUSY"]);
const GLYPH: Record<string, string> = { FINISHED: "✓", FAILED: "✕", CANCELLED: "⊘", PAUSED: "Ⅱ", QUEUED: "◦", PRUNED: "✂" };

/** State in words, glyph and colour, so that none of the three has to be seen. A dot that breathes means: something works on it. */
export function StatePill({ state, reason }: { state: string; reason?: string | null | undefined }) {
  const live = LIVE.has(state);
  const words = `${state.toLowerCase()}${state === "PAUSING" || state === "CANCELLING" || state === "STARTING" ? "…" : ""}`;
  return (
    <span className={`pill pill-${state.toLowerCase()}`} title={reason ?? undefined}>
      {live ? <span className="dot" aria-hidden="true" /> : <span aria-hidden="true">{GLYPH[state] ?? "•"}</span>}
      {words}
    </span>
  );
}
