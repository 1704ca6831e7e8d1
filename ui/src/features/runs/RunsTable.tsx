import { useElementScrollRestoration } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, useCallback, useEffect, type UIEvent, useMemo, useRef } from "react";
import type { RunView } from "../../api/types";
import type { Look } from "../../components/colour";
import { Checkbox } from "../../components/controls/Checkbox";
import type { Column } from "./columns";
import { HeadCell, type HeadActions } from "./HeadCell";
import css from "./runs.module.css";
import { groupId, type Row } from "./rows";
import { type Placed, RunsRow } from "./RunsRow";

const PICK = 64;
const NEAR_END = 20;
/** Rows that are drawn beyond either edge. */
const AROUND = 8;
const SPREAD = 184;

interface Props extends HeadActions {
  rows: readonly Row[];
  /** Unknown where there are more runs than were counted. */
  total: number | undefined;
  columns: readonly Column[];
  widths: ReadonlyMap<string, number>;
  pinned: readonly string[];
  grouped: readonly string[];
  sort: string;
  dense: boolean;
  looks: ReadonlyMap<string, Look>;
  /** Runs that the charts draw; undefined where there are no charts. */
  drawn: ReadonlySet<string> | undefined;
  selected: (row: Row) => boolean;
  allSelected: boolean | "some";
  onAll: () => void;
  baseline: RunView | undefined;
  /** Row that has, or would get, the focus. */
  active: number;
  onActive: (index: number) => void;
  onSelect: (row: Row, range: boolean) => void;
  onEye: (run: string) => void;
  onOpen: (row: Row) => void;
  onEmphasis: (run: string | null) => void;
  onRest: (row: Extract<Row, { kind: "rest" }>) => void;
  onEnd: () => void;
  /** Run whose menu is open; with a column's id behind it, that of its cell. */
  menu: string | null;
  onMenu: (run: string | null) => void;
  onChange: (run: RunView) => void;
  onBase: (run: string) => void;
  /** Adds a filter. */
  onOnly: (filter: string) => void;
}

/** Cells need holding in their place only while others move past them; each that is held costs the browser a layer in every frame. */
function setAside({ currentTarget: box }: UIEvent<HTMLElement>): void {
  const aside = String(box.scrollLeft > 0);
  if (box.dataset.aside !== aside) box.dataset.aside = aside;
}

/** The grid of WAI-ARIA: one tab stop, arrow keys between rows, the focus on the row itself. Only rows in sight are in the document. */
export function RunsTable(props: Props) {
  const { rows, columns, widths, pinned, dense, active, onActive, onEnd } = props;
  const grouped = props.grouped.length > 0;
  const box = useRef<HTMLDivElement>(null);
  const height = dense ? 28 : 36;
  const restored = useElementScrollRestoration({ id: "runs" });
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: AROUND,
    initialRect: { width: 1200, height: 700 },
    initialOffset: restored?.scrollY ?? 0,
  });
  useEffect(() => virtual.measure(), [height, virtual]);

  const placed = useMemo(() => {
    const stays = (column: Column) => column.id === "name" || pinned.includes(column.id);
    const order = [...columns.filter((c) => c.id === "name"), ...columns.filter((c) => c.id !== "name" && stays(c)), ...columns.filter((c) => !stays(c))];
    let left = PICK;
    const held = order.filter(stays).length;
    return order.map((column, i): Placed & { width: number } => {
      // A mean with its deviation and n takes more room than a value.
      const width = widths.get(column.id) ?? (grouped && column.section === "Metrics" ? Math.max(column.width, SPREAD) : column.width);
      const at = i < held ? left : undefined;
      left += width;
      return { column, width, left: at, lastPinned: i === held - 1 };
    });
  }, [columns, widths, pinned, grouped]);
  const template = `${PICK}px ${placed.map((p, i) => (i === placed.length - 1 ? `minmax(${p.width}px, 1fr)` : `${p.width}px`)).join(" ")}`;

  // The row that the keyboard moved to is scrolled into sight, drawn, and then takes the focus.
  const wanted = useRef<number | null>(null);
  // The same function each time: a row that stays in sight while others scroll by is not drawn again.
  const take = useCallback((node: HTMLDivElement | null) => {
    if (node && wanted.current !== null && node.getAttribute("aria-rowindex") === String(wanted.current + 2)) {
      wanted.current = null;
      node.focus({ preventScroll: true });
    }
  }, []);
  const seen = useRef(active);
  useEffect(() => {
    if (seen.current === active) return;
    seen.current = active;
    if (active >= 0) virtual.scrollToIndex(active, { align: "auto" });
  }, [active, virtual]);
  const items = virtual.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && lastIndex >= rows.length - NEAR_END) onEnd();
  }, [lastIndex, rows.length, onEnd]);

  const goTo = (index: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, index));
    if (next === active) return;
    wanted.current = next;
    onActive(next);
    const there = box.current?.querySelector<HTMLElement>(`[aria-rowindex="${next + 2}"]`);
    if (there) {
      wanted.current = null;
      there.focus({ preventScroll: true });
    }
  };
  const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 600) / height) - 2);
  const key = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.target.getAttribute("role") !== "row") return;
    const moves: Record<string, number> = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: rows.length - 1 };
    const to = moves[event.key];
    const row = rows[active];
    if (to !== undefined) {
      if (event.shiftKey && row) props.onSelect(row, false);
      goTo(to);
    } else if (event.key === "Enter" && row) props.onOpen(row);
    else if (event.key === " " && row) props.onSelect(row, event.shiftKey);
    else return;
    event.preventDefault();
  };
  // Rows keep what they call, whoever draws the table anew: pointing at one draws that one alone.
  const newest = useRef(props);
  useEffect(() => {
    newest.current = props;
  });
  const calls = useMemo(
    () => ({
      onSelect: (row: Row, range: boolean) => newest.current.onSelect(row, range),
      onEye: (line: string) => newest.current.onEye(line),
      onOpen: (row: Row) => newest.current.onOpen(row),
      onFocus: (index: number) => newest.current.onActive(index),
      onEmphasis: (line: string | null) => newest.current.onEmphasis(line),
      onRest: (row: Extract<Row, { kind: "rest" }>) => newest.current.onRest(row),
      onMenu: (run: string | null) => newest.current.onMenu(run),
      onChange: (run: RunView) => newest.current.onChange(run),
      onBase: (run: string) => newest.current.onBase(run),
      onOnly: (filter: string) => newest.current.onOnly(filter),
    }),
    [],
  );
  const headCalls = useMemo(
    () => ({
      onAll: () => newest.current.onAll(),
      onSort: (next: string | undefined) => newest.current.onSort(next),
      onWidth: (id: string, px: number) => newest.current.onWidth(id, px),
      onMove: (id: string, before: string | undefined) => newest.current.onMove(id, before),
      onHide: (id: string) => newest.current.onHide(id),
      onPin: (id: string) => newest.current.onPin(id),
      onGroup: (id: string) => newest.current.onGroup(id),
      onFilter: (id: string) => newest.current.onFilter(id),
    }),
    [],
  );
  const common = {
    columns: placed,
    template,
    height,
    baseline: props.baseline,
    ...calls,
  };
  const stop = active >= 0 && active < rows.length ? active : 0;

  return (
    <div className={css.box} ref={box} data-scroll-restoration-id="runs" onScroll={setAside}>
      {/* The rows take the focus; the keys that move it bubble up to here. */}
      <div
        role={props.grouped.length > 0 ? "treegrid" : "grid"}
        aria-label="Runs"
        aria-multiselectable="true"
        aria-rowcount={props.total === undefined ? -1 : props.total + 1}
        aria-colcount={placed.length + 1}
        className={css.grid}
        onKeyDown={key}
      >
        <Head placed={placed} template={template} sort={props.sort} grouped={props.grouped} allSelected={props.allSelected} actions={headCalls} />
        {props.baseline ? (
          <RunsRow {...common} row={{ kind: "run", id: props.baseline.id, run: props.baseline, depth: 0 }} index={-1} top={undefined} look={props.looks.get(props.baseline.id)} drawn={props.drawn?.has(props.baseline.id)} selected={false} active={false} menu={undefined} />
        ) : null}
        <div role="rowgroup" className={css.body} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index]!;
            return (
              <RunsRow
                {...common}
                key={row.id}
                ref={take}
                row={row}
                index={item.index}
                top={item.start}
                look={props.looks.get(row.kind === "group" ? groupId(row.group.by) : row.id)}
                drawn={row.kind === "run" ? (row.depth > 0 ? undefined : props.drawn?.has(row.id)) : row.kind === "group" ? props.drawn?.has(groupId(row.group.by)) : undefined}
                selected={props.selected(row)}
                active={item.index === stop}
                menu={row.id === props.menu ? "row" : props.menu?.startsWith(`${row.id} `) ? props.menu.slice(row.id.length + 1) : undefined}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface HeadProps {
  placed: readonly (Placed & { width: number })[];
  template: string;
  sort: string;
  grouped: readonly string[];
  allSelected: boolean | "some";
  actions: HeadActions & { onAll: () => void };
}

/** Drawn anew when columns change, not while rows scroll by. */
const Head = memo(function Head({ placed, template, sort, grouped, allSelected, actions }: HeadProps) {
  return (
    <div role="row" aria-rowindex={1} className={css.head} style={{ gridTemplateColumns: template }}>
      <div role="columnheader" className={`${css.headCell} ${css.pinned}`} style={{ left: 0, paddingLeft: 10 }}>
        <Checkbox checked={allSelected} onChecked={actions.onAll} label="Select all that match" hidden tabIndex={-1} />
      </div>
      {placed.map(({ column, width, left, lastPinned }, i) => (
        <HeadCell
          key={column.id}
          column={column}
          width={width}
          sort={sort}
          left={left}
          lastPinned={lastPinned}
          grouped={grouped.includes(column.id)}
          before={placed[i - 1]?.column.id}
          afterNext={placed[i + 2]?.column.id}
          first={i <= 1}
          last={i === placed.length - 1}
          onSort={actions.onSort}
          onWidth={actions.onWidth}
          onMove={actions.onMove}
          onHide={actions.onHide}
          onPin={actions.onPin}
          onGroup={actions.onGroup}
          onFilter={actions.onFilter}
        />
      ))}
    </div>
  );
});
