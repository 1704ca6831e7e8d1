import { ArrowDown, ArrowUp, ChevronDown } from "lucide-react";
import { type DragEvent, type KeyboardEvent, lazy, type PointerEvent, Suspense, useRef, useState } from "react";
import { classes } from "../../components/classes";
import type { Column } from "./columns";
import css from "./runs.module.css";
import { nextSort } from "./search";

export interface HeadActions {
  /** Undefined: as usual. */
  onSort: (sort: string | undefined) => void;
  onWidth: (id: string, px: number) => void;
  /** Puts the column before another, or last. */
  onMove: (id: string, before: string | undefined) => void;
  onHide: (id: string) => void;
  onPin: (id: string) => void;
  onGroup: (id: string) => void;
  /** Begins a filter by the column. */
  onFilter: (id: string) => void;
}

export interface HeadProps extends HeadActions {
  column: Column;
  width: number;
  sort: string;
  /** Distance from the left edge, for one that stays in sight. */
  left: number | undefined;
  lastPinned: boolean;
  grouped: boolean;
  /** Neighbours that it can change places with. */
  before: string | undefined;
  afterNext: string | undefined;
  first: boolean;
  last: boolean;
}

/** Opened after the table was seen. */
const HeadMenu = lazy(() => import("./HeadMenu").then((module) => ({ default: module.HeadMenu })));

const STEP = 16;
const DRAGGED = "application/x-runyard-column";

export function HeadCell(props: HeadProps) {
  const { column, width, sort, left, lastPinned, onMove, onSort, onWidth } = props;
  const [over, setOver] = useState(false);
  const direction = sort === column.id ? "ascending" : sort === `-${column.id}` ? "descending" : "none";
  const named = column.id === "name";
  const drop = (event: DragEvent) => {
    setOver(false);
    const dragged = event.dataTransfer.getData(DRAGGED);
    if (dragged && dragged !== column.id) onMove(dragged, column.id);
  };
  return (
    // What can be operated in a head are its buttons, which have the keys; dragging has its words in the menu.
    // eslint-disable-next-line jsx-a11y/interactive-supports-focus
    <div
      role="columnheader"
      aria-sort={column.sorts ? direction : undefined}
      className={classes(css.headCell, column.numeric && css.headNum, left !== undefined && css.pinned, lastPinned && css.lastPinned)}
      style={left === undefined ? undefined : { left }}
      title={column.id}
      data-over={over}
      draggable={!named}
      onDragStart={(event) => event.dataTransfer.setData(DRAGGED, column.id)}
      onDragOver={(event) => {
        if (named || !event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <button
        type="button"
        className={css.headSort}
        disabled={!column.sorts}
        tabIndex={-1}
        onClick={() => onSort(nextSort(sort, column.id))}
      >
        <span>{column.title}</span>
        {direction === "ascending" ? <ArrowUp size={13} aria-hidden="true" /> : direction === "descending" ? <ArrowDown size={13} aria-hidden="true" /> : null}
      </button>
      <Suspense
        fallback={
          <span className={css.headMenu} aria-hidden="true">
            <ChevronDown size={14} />
          </span>
        }
      >
        <HeadMenu {...props} />
      </Suspense>
      <Resizer title={column.title} width={width} onWidth={(px) => onWidth(column.id, px)} />
    </div>
  );
}

/** Drawn by the pointer, or by the arrow keys. */
function Resizer({ title, width, onWidth }: { title: string; width: number; onWidth: (px: number) => void }) {
  const from = useRef<{ x: number; width: number } | null>(null);
  const down = (event: PointerEvent) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, width };
  };
  const move = (event: PointerEvent) => {
    if (from.current) onWidth(Math.round(Math.max(48, from.current.width + event.clientX - from.current.x)));
  };
  const key = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? STEP : event.key === "ArrowLeft" ? -STEP : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onWidth(Math.max(48, width + by));
  };
  return (
    // A separator that can be focused is what WAI-ARIA calls a window splitter: a control.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${title}`}
      aria-valuenow={width}
      aria-valuemin={48}
      aria-valuemax={1200}
      tabIndex={-1}
      className={css.resize}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => (from.current = null)}
      onKeyDown={key}
    />
  );
}
