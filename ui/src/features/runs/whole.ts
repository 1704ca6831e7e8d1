import { api } from "../../api/client";
import type { RunsQuery } from "../../api/paths";
import type { Json, RunView } from "../../api/types";
import { toCsv } from "../../components/csv";
import type { Column } from "./columns";

const PAGE = 1000;

/** Every run that a query matches, page by page. @param most stops there */
export async function allRuns(query: RunsQuery, most = Infinity, seen: (n: number) => void = () => undefined): Promise<RunView[]> {
  const runs: RunView[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.runs({ ...query, limit: PAGE, cursor });
    runs.push(...page.items);
    cursor = page.next || undefined;
    seen(runs.length);
  } while (cursor && runs.length < most);
  return runs.slice(0, most);
}

/** As it is stored: no digit is lost, a time has its zone. */
function exact(json: Json | undefined): string {
  if (json === undefined || json === null) return "";
  if (typeof json === "number") return Number.isFinite(json) ? String(json) : Number.isNaN(json) ? "NaN" : json > 0 ? "Infinity" : "-Infinity";
  return typeof json === "string" ? json : JSON.stringify(json);
}

/** A table of runs as it is stored, one line a run. Durations are in seconds. */
export function csvOf(runs: readonly RunView[], columns: readonly Column[]): string {
  const cell = (column: Column, run: RunView) => {
    if (column.id !== "duration") return exact(column.raw(run));
    return run.startedAt && run.endedAt ? exact((Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000) : "";
  };
  const others = columns.filter((column) => column.id !== "id");
  return toCsv([["id", ...others.map((column) => column.id)], ...runs.map((run) => [run.id, ...others.map((column) => cell(column, run))])]);
}
