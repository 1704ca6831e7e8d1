import type { RunView } from "../api/types";

/** A program that writes less often than this is said to be silent, as the service says it; it may be thinking. */
export const SILENT_SECONDS = 300;

/** How long the program of an open external run has been silent, in seconds; null while it is heard. */
export function silence(run: Pick<RunView, "state" | "external" | "heardAt">, now: number): number | null {
  if (!run.external || run.state !== "RUNNING" || !run.heardAt) return null;
  const seconds = (now - Date.parse(run.heardAt)) / 1000;
  return seconds > SILENT_SECONDS ? seconds : null;
}
