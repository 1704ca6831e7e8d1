import { useRef, useState } from "react";
import type { BulkSelect } from "../../api/curating";
import type { RunsScope } from "../../api/paths";
import { quoted } from "../../components/filterText";
import type { Row } from "./rows";

export interface RowSelection {
  ids: ReadonlySet<string>;
  /** Filters of groups, all of whose runs are meant, whether they are loaded or not. */
  groups: ReadonlyMap<string, number>;
  /** All that match, whether they are loaded or not. */
  all: boolean;
  /** Of all that match: as many as the list has counted. */
  size: number;
  has: (row: Row) => boolean;
  /** @param range from the row that was chosen last to this one */
  toggle: (row: Row, range: boolean) => void;
  toggleAll: (total: number) => void;
  clear: () => void;
}

interface State {
  of: string;
  ids: ReadonlySet<string>;
  groups: ReadonlyMap<string, number>;
  all: boolean;
  total: number;
}

const none = (of: string): State => ({ of, ids: new Set(), groups: new Map(), all: false, total: 0 });

/** What is selected belongs to one question: another filter begins anew, so that nothing out of sight is armed. */
export function useSelection(question: string, rows: readonly Row[]): RowSelection {
  const [state, setState] = useState(() => none(question));
  const now = state.of === question ? state : none(question);
  const anchor = useRef<string | null>(null);

  const has = (row: Row) => {
    if (now.all) return row.kind === "run" || row.kind === "group";
    if (row.kind === "group") return now.groups.has(row.id);
    return row.kind === "run" && (now.ids.has(row.id) || (row.under !== undefined && now.groups.has(row.under)));
  };
  const toggle = (row: Row, range: boolean) => {
    const ids = new Set(now.ids);
    const groups = new Map(now.groups);
    const put = (one: Row) => {
      if (one.kind === "run") ids.add(one.id);
      if (one.kind === "group") groups.set(one.id, one.group.runs);
    };
    const from = range && anchor.current ? rows.findIndex((other) => other.id === anchor.current) : -1;
    const to = rows.findIndex((other) => other.id === row.id);
    if (from >= 0 && to >= 0) rows.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(put);
    else if (now.all || !has(row)) put(row);
    else if (row.kind === "group") groups.delete(row.id);
    else if (row.kind === "run" && !ids.delete(row.id) && row.under !== undefined) {
      // One of a whole group is taken out: what is shown of the others stays.
      groups.delete(row.under);
      for (const other of rows) if (other.kind === "run" && other.under === row.under && other.id !== row.id) ids.add(other.id);
    }
    anchor.current = row.id;
    setState({ of: question, ids, groups, all: false, total: 0 });
  };
  return {
    ids: now.ids,
    groups: now.groups,
    all: now.all,
    size: now.all ? now.total : now.ids.size + [...now.groups.values()].reduce((sum, runs) => sum + runs, 0),
    has,
    toggle,
    toggleAll: (total) => setState(now.all ? none(question) : { ...none(question), all: true, total }),
    clear: () => setState(none(question)),
  };
}

/** The same as the service is asked for it. */
export function selectOf(selection: Pick<RowSelection, "all" | "ids" | "groups">, scope: RunsScope): BulkSelect {
  const { experiment, sweep, state, filter, archived, deleted } = scope;
  const asked: BulkSelect = {
    ...(experiment ? { experiment } : {}),
    ...(sweep ? { sweep } : {}),
    ...(state ? { state } : {}),
    ...(filter ? { filter } : {}),
    ...(archived ? { archived } : {}),
    ...(deleted ? { deleted } : {}),
  };
  if (selection.all) return asked;
  if (selection.groups.size === 0) return { ids: [...selection.ids].sort() };
  const parts = [...selection.groups.keys()].map((group) => `(${group})`);
  if (selection.ids.size > 0) parts.push(`id in (${[...selection.ids].sort().map(quoted).join(", ")})`);
  return { ...asked, filter: [...(filter ?? []), parts.join(" or ")] };
}
