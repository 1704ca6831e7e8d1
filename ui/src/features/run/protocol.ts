import type { RunView } from "../../api/types";

/** What a reader must know of every result of a run: one that was chosen on the images it is judged by does not compare with others. */
export function protocolMark(spec: RunView["spec"] | undefined): string | undefined {
  if (spec?.validateOn !== "test") return undefined;
  if (spec.select !== undefined && spec.select !== "last") return "selects on test, as released";
  const { training } = spec;
  const stops = typeof training === "object" && training !== null && "earlyStopping" in training;
  return stops ? "selects on test" : "validates on test";
}
