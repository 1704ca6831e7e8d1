import type { RefObject } from "react";
import { useShortcuts } from "../../components/keyboard/shortcuts";
import type { RunView } from "../../api/types";
import { groupId, type Row } from "./rows";
import type { RowSelection } from "./useSelection";

interface Props {
  rows: readonly Row[];
  active: number;
  move: (at: number) => void;
  filterBox: RefObject<HTMLInputElement | null>;
  selection: RowSelection;
  select: (row: Row, range: boolean) => void;
  eye: (run: string) => void;
  setBase: (run: string) => void;
  compare: (runs: string[]) => void;
  star: (run: RunView) => unknown;
  menu: (run: string) => void;
}

/** Puts the focus on a row of the grid, once it is drawn. */
function focusRow(index: number): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[role=grid] [aria-rowindex="${index + 2}"], [role=treegrid] [aria-rowindex="${index + 2}"]`)?.focus({ preventScroll: true }));
}

/** Keys of the table, from anywhere on the page. */
export function useTableKeys({ rows, active, move, filterBox, selection, select, eye, setBase, compare, star, menu }: Props): void {
  const group = "Runs";
  const step = (by: 1 | -1) => {
    const focused = document.activeElement?.getAttribute("role") === "row";
    const to = focused ? Math.min(rows.length - 1, Math.max(0, active + by)) : active;
    move(to);
    focusRow(to);
  };
  const row = rows[active];
  const run = row?.kind === "run" ? row.run : undefined;
  const chosen = selection.ids.size > 0 && selection.groups.size === 0 && !selection.all ? [...selection.ids] : run ? [run.id] : [];
  useShortcuts([
    { keys: "/", label: "Filter", group, run: () => filterBox.current?.focus() },
    { keys: "j", label: "Next row", group, run: () => step(1) },
    { keys: "k", label: "Row before", group, run: () => step(-1) },
    { keys: "x", label: "Select the row (with shift: up to it)", group, run: () => row && select(row, false) },
    { keys: "shift+x", label: "Select up to the row", group, run: () => row && select(row, true) },
    { keys: "e", label: "Draw it in the charts, or not", group, run: () => (run ? eye(run.id) : row?.kind === "group" ? eye(groupId(row.group.by)) : false) },
    { keys: "b", label: "Make it the baseline, or not", group, run: () => run && setBase(run.id) },
    { keys: "s", label: "Star it, or not", group, run: () => run && star(run) },
    { keys: "m", label: "What can be done with the row", group, run: () => run && menu(run.id) },
    { keys: "c", label: "Compare what is selected", group, run: () => (chosen.length > 1 ? compare(chosen) : false) },
    { keys: "Escape", label: "Clear the selection", group, run: () => (selection.size > 0 ? selection.clear() : false) },
  ]);
}
