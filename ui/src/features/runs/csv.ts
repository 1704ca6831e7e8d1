import type { RunsScope } from "../../api/paths";
import { addressInProject } from "../../api/project";
import type { KeyCatalogue } from "../../api/overRuns";

/** What the service calls what a column shows; the id is there anyhow. */
function fieldsOf(id: string, catalogue: KeyCatalogue | undefined): string[] {
  switch (id) {
    case "id":
      return [];
    case "duration":
      return ["startedAt", "endedAt"];
    case "progress":
      return ["step", "epoch"];
    case "tags":
      return (catalogue?.tags ?? []).map((one) => `tags.${one.key}`);
    default:
      return [id];
  }
}

/** Where every run that matches stands as CSV, with these columns, in this order. */
export function csvAddress(scope: RunsScope, sort: string, columns: readonly string[], catalogue: KeyCatalogue | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(scope)) for (const one of Array.isArray(value) ? value : [value]) if (one) params.append(name, one);
  params.set("sort", sort);
  for (const field of new Set(columns.flatMap((id) => fieldsOf(id, catalogue)))) params.append("column", field);
  return addressInProject(`/api/v1/runs.csv?${params.toString()}`);
}
