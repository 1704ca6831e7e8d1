import { api } from "../../api/client";
import type { RunGroup } from "../../api/overRuns";
import type { GroupsQuery, RunsScope } from "../../api/paths";
import type { Json } from "../../api/types";
import { toCsv } from "../../components/csv";
import { FIELDS, metricIn, sortOfGroups } from "./search";
import { fieldsInTurn } from "./useRuns";

/** Groups of a page: the service's limit. */
const PAGE = 1_000;

/**
 * Every group as CSV, in the order of the table: what it has in common, how many runs it has, and of each metric's column how many of them
 * have a finite value, their mean and their sample deviation, with every digit.
 *
 * @throws the service's problem
 */
export async function groupsCsv(scope: RunsScope, by: readonly string[], sort: string, columns: readonly string[]): Promise<string> {
  const fields = [...new Set(columns.filter((id) => metricIn(id)))];
  const order = sortOfGroups(sort, by, fields);
  const groups = new Map<string, RunGroup>();
  for (const [i, field] of fieldsInTurn(fields, order, FIELDS).entries()) {
    const asked: GroupsQuery = { ...scope, by: [...by], field, sort: order, limit: PAGE };
    let next: string | null | undefined;
    do {
      const page = await api.groups(next ? { ...asked, cursor: next } : asked);
      for (const group of page.items) {
        const known = groups.get(group.filter);
        if (known) groups.set(group.filter, { ...known, fields: { ...known.fields, ...group.fields } });
        else if (i === 0) groups.set(group.filter, group);
      }
      next = page.next;
    } while (next);
  }
  const head = [...by, "runs", ...fields.flatMap((field) => [`${field} n`, `${field} mean`, `${field} std`])];
  const rows = [...groups.values()].map((group) => [
    ...by.map((field) => text(group.by[field])),
    text(group.runs),
    ...fields.flatMap((field) => {
      const spread = group.fields[field];
      return [text(spread?.n), text(spread?.mean), text(spread?.std)];
    }),
  ]);
  return toCsv([head, ...rows]);
}

/** A number's text reads back as the same number. */
const text = (value: Json | undefined): string => (value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));
