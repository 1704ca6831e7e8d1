import type { BulkSelect } from "../../api/curating";
import type { RunView } from "../../api/types";

/** What a new report's address says of a selection of runs: which ones, and what they were made to differ in. */
export function reportOf(select: BulkSelect, known: readonly Pick<RunView, "params">[]): string {
  const search = new URLSearchParams();
  if (select.experiment) search.set("experiment", select.experiment);
  if (select.sweep) search.set("sweep", select.sweep);
  const filters = [...(select.filter ?? []), ...(select.state ? [`state in (${select.state})`] : [])];
  if (filters.length > 0) search.set("filter", filters.length === 1 ? filters[0]! : filters.map((filter) => `(${filter})`).join(" and "));
  for (const id of select.ids ?? []) search.append("id", id);
  for (const path of new Set(known.flatMap((run) => Object.keys(run.params)))) if (path !== "seed") search.append("by", path);
  return search.toString();
}
