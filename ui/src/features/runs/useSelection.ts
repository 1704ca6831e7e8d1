import { useRef, useState } from "react";
import type { Row } from "./rows";

export interface RowSelection {
  ids: ReadonlySet<string>;
  /** All that match, whether they are loaded or not. */
  all: boolean;
  size: number;
  has: (row: Row) => boolean;
  /** @param range from the row that was chosen last to this one */
  toggle: (row: Row, range: boolean) => void;
  toggleAll: (total: number) => void;
  clear: () => void;
}

/** What is selected belongs to one question: another filter begins anew, so that nothing out of sight is armed. */
export function useSelection(question: string, rows: readonly Row[]): RowSelection {
  const [state, setState] = useState<{ of: string; ids: ReadonlySet<string>; all: boolean; total: number }>({ of: question, ids: new Set(), all: false, total: 0 });
  const now = state.of === question ? state : { of: question, ids: new Set<string>(), all: false, total: 0 };
  const anchor = useRef<string | null>(null);

  const runsOf = (row: Row): string[] => {
    if (row.kind === "run") return [row.id];
    if (row.kind !== "group") return [];
    // A group's runs are those that stand under it, up to the next group.
    const at = rows.findIndex((other) => other.id === row.id);
    const ids: string[] = [];
    for (const other of rows.slice(at + 1)) {
      if (other.kind === "group") break;
      if (other.kind === "run") ids.push(other.id);
    }
    return ids;
  };
  const has = (row: Row) => {
    if (now.all) return true;
    const ids = runsOf(row);
    return ids.length > 0 && ids.every((id) => now.ids.has(id));
  };
  const toggle = (row: Row, range: boolean) => {
    const ids = new Set(now.ids);
    const from = range && anchor.current ? rows.findIndex((other) => other.id === anchor.current) : -1;
    const to = rows.findIndex((other) => other.id === row.id);
    if (from >= 0 && to >= 0) {
      for (const other of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) if (other.kind === "run") ids.add(other.id);
    } else {
      const off = has(row) && !now.all;
      for (const id of runsOf(row)) {
        if (off) ids.delete(id);
        else ids.add(id);
      }
    }
    anchor.current = row.id;
    setState({ of: question, ids, all: false, total: 0 });
  };
  return {
    ids: now.ids,
    all: now.all,
    size: now.all ? now.total : now.ids.size,
    has,
    toggle,
    toggleAll: (total) => setState({ of: question, ids: new Set(), all: !now.all, total: now.all ? 0 : total }),
    clear: () => setState({ of: question, ids: new Set(), all: false, total: 0 }),
  };
}
