import { createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type MouseEvent, useEffect, useMemo, useRef } from "react";
import type { RunView } from "../../api/types";
import { lookOf } from "../../components/colour";
import { Link, useGo } from "../../components/navigation";
import { useNow } from "../../components/now";
import { ProgressBar } from "../../components/display/ProgressBar";
import { StatePill } from "../../components/display/StatePill";
import { useDark } from "../../components/theme";
import type { Column } from "./columns";

const ROW_PX = 34;
const features = tableFeatures({});
const helper = createColumnHelper<typeof features, RunView>();

export const pathOf = (run: RunView) => `/runs/${run.id}`;

interface Props {
  runs: readonly RunView[];
  /** Unknown where there are more runs than were counted. */
  total: number | undefined;
  columns: readonly Column[];
  sort: string;
  onSort: (key: string) => void;
  selected: ReadonlySet<string>;
  onSelect: (id: string) => void;
  /** Index of the row that the keyboard is at, −1 for none. */
  active: number;
}

export function RunsGrid({ runs, total, columns, sort, onSort, selected, onSelect, active }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const now = useNow();
  const go = useGo();
  const dark = useDark();
  const defs = useMemo(
    () => helper.columns(columns.map((column) => helper.display({ id: column.id, header: column.title, meta: column }))),
    [columns],
  );
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const table = useTable({ features, columns: defs, data: runs as RunView[], getRowId: (run) => run.id });
  const rows = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    initialRect: { width: 1200, height: 700 },
  });
  useEffect(() => {
    if (active >= 0) virtual.scrollToIndex(active, { align: "auto" });
  }, [active, virtual]);

  const template = `36px ${columns.map((c) => (c.id === "name" ? `minmax(${c.width}px, 1.6fr)` : `minmax(${c.width}px, 1fr)`)).join(" ")}`;
  const minWidth = 36 + columns.reduce((sum, column) => sum + column.width, 0);

  const cell = (column: Column, run: RunView) => {
    if (column.id === "state") return <StatePill state={run.state} reason={run.reason} />;
    if (column.id === "progress") return <ProgressBar step={run.step} steps={run.steps} epoch={run.epoch} epochs={run.epochs} />;
    if (column.id === "name") {
      return (
        <Link to={pathOf(run)} className="run-name" title={run.name}>
          <span className="swatch" style={{ background: lookOf(run.id, dark).colour }} aria-hidden="true" />
          {run.name}
        </Link>
      );
    }
    return column.text(run, now);
  };

  const open = (event: MouseEvent, run: RunView) => {
    if (event.target instanceof Element && event.target.closest("a,input,label,button")) return;
    if (getSelection()?.toString()) return;
    go(pathOf(run));
  };

  return (
    <div className="grid-box" ref={box}>
      <div role="grid" aria-rowcount={total === undefined ? -1 : total + 1} aria-colcount={columns.length + 1} aria-label="Runs" style={{ minWidth }}>
        <div role="row" aria-rowindex={1} className="grid-head" style={{ gridTemplateColumns: template }}>
          <div role="columnheader" className="cell pick">
            <span className="sr">Selected</span>
          </div>
          {table.getHeaderGroups()[0]?.headers.map((header) => {
            const column = byId.get(header.id);
            return column ? <Head key={column.id} column={column} sort={sort} onSort={onSort} /> : null;
          })}
        </div>
        <div role="rowgroup" className="grid-body" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const run = rows[item.index]!.original;
            const chosen = selected.has(run.id);
            return (
              // The whole row is a pointer's shortcut; the keyboard has the link in it and Enter on the active row.
              // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
              <div
                key={run.id}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={chosen}
                className={`grid-row${item.index === active ? " active" : ""}${chosen ? " selected" : ""}`}
                style={{ gridTemplateColumns: template, transform: `translateY(${item.start}px)`, height: ROW_PX }}
                onClick={(event) => open(event, run)}
              >
                <div role="gridcell" className="cell pick">
                  <input type="checkbox" checked={chosen} onChange={() => onSelect(run.id)} aria-label={`Select ${run.name}`} />
                </div>
                {columns.map((column) => (
                  <div key={column.id} role="gridcell" className={column.numeric ? "cell num" : "cell"} data-column={column.id}>
                    {cell(column, run)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Head({ column, sort, onSort }: { column: Column; sort: string; onSort: (key: string) => void }) {
  const by = column.sort;
  const direction = by === undefined ? undefined : sort === by ? "ascending" : sort === `-${by}` ? "descending" : "none";
  return (
    <div role="columnheader" className={column.numeric ? "cell num" : "cell"} aria-sort={direction} data-column={column.id} title={column.id}>
      {by === undefined ? (
        column.title
      ) : (
        <button type="button" className="head" onClick={() => onSort(by)}>
          <span>{column.title}</span>
          <span aria-hidden="true" className="arrow">
            {direction === "ascending" ? "↑" : direction === "descending" ? "↓" : ""}
          </span>
        </button>
      )}
    </div>
  );
}
