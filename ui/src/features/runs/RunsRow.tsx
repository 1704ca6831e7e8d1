import { Archive, ChevronDown, ChevronRight, CornerLeftUp, Eye, EyeOff, FolderLock, ListTree, NotebookText, Star, Target, Trash2 } from "lucide-react";
import { type CSSProperties, type KeyboardEvent, lazy, memo, type Ref, Suspense } from "react";
import type { RunView } from "../../api/types";
import { classes } from "../../components/classes";
import type { Look } from "../../components/colour";
import { Checkbox } from "../../components/controls/Checkbox";
import { ProgressBar } from "../../components/display/ProgressBar";
import { RunPill } from "../../components/display/RunPill";
import { Time } from "../../components/display/Time";
import { belowFilter } from "../../components/filterText";
import { between, count, some, value } from "../../components/format";
import { Link } from "../../components/navigation";
import { useNow } from "../../components/now";
import { type Column, difference, meanDifference } from "./columns";
import css from "./runs.module.css";
import { RowMenuButton } from "./RowMenuButton";
import { groupId, groupName, type Row } from "./rows";

const CellMenu = lazy(() => import("./CellMenu").then((module) => ({ default: module.CellMenu })));
const RowMenu = lazy(() => import("./RowMenu").then((module) => ({ default: module.RowMenu })));

/** Characters at the end of a name that are never cut. */
const NAME_END = 10;
const ENDED = new Set(["FINISHED", "PRUNED", "FAILED", "CANCELLED"]);

export interface Placed {
  column: Column;
  left: number | undefined;
  lastPinned: boolean;
}

interface Props {
  row: Row;
  index: number;
  columns: readonly Placed[];
  /** `grid-template-columns` */
  template: string;
  top: number | undefined;
  height: number;
  look: Look | undefined;
  /** Whether the charts draw it; undefined where there are none. */
  drawn: boolean | undefined;
  selected: boolean;
  active: boolean;
  baseline: RunView | undefined;
  onSelect: (row: Row, range: boolean) => void;
  onEye: (run: string) => void;
  onOpen: (row: Row) => void;
  onFocus: (index: number) => void;
  onEmphasis: (run: string | null) => void;
  onRest: (row: Extract<Row, { kind: "rest" }>) => void;
  /** Which menu is open: `row`, or that of a column's cell. */
  menu: string | undefined;
  onMenu: (run: string | null) => void;
  onChange: (run: RunView) => void;
  onBase: (run: string) => void;
  onOnly: (filter: string) => void;
  ref?: Ref<HTMLDivElement>;
}

export const RunsRow = memo(function RunsRow({ row, index, columns, template, top, height, look, drawn, selected, active, baseline, onSelect, onEye, onOpen, onFocus, onEmphasis, onRest, menu, onMenu, onChange, onBase, onOnly, ref }: Props) {
  const style = { gridTemplateColumns: template, height, ...(top === undefined ? {} : { top }) };
  const isBase = top === undefined;
  if (row.kind === "wait" || row.kind === "rest") {
    return (
      <div role="row" aria-rowindex={index + 2} className={css.row} style={style}>
        <div role="gridcell" className={classes(css.cell, css.indent)} style={{ gridColumn: "1 / -1" }}>
          {row.kind === "wait" ? (
            <span className="faint">Loading…</span>
          ) : (
            <button type="button" className={css.expand} onClick={() => onRest(row)}>
              <span className="faint">{count(row.left)} more in this group: list all of it</span>
            </button>
          )}
        </div>
      </div>
    );
  }
  const run = row.kind === "run" ? row.run : undefined;
  const name = run?.name ?? groupName((row as Extract<Row, { kind: "group" }>).group.by);
  // The line that charts draw of it.
  const lineId = run ? run.id : groupId((row as Extract<Row, { kind: "group" }>).group.by);
  const key = (event: KeyboardEvent) => {
    if (row.kind === "group" && ((event.key === "ArrowRight" && !row.open) || (event.key === "ArrowLeft" && row.open))) {
      event.preventDefault();
      event.stopPropagation();
      onOpen(row);
    }
  };
  return (
    <div
      ref={ref}
      role="row"
      aria-rowindex={isBase ? undefined : index + 2}
      aria-level={row.kind === "group" ? 1 : row.depth > 0 ? row.depth + 1 : undefined}
      aria-expanded={row.kind === "group" ? row.open : undefined}
      aria-selected={selected}
      aria-label={isBase ? `Baseline: ${name}` : name}
      data-active={active}
      tabIndex={active ? 0 : -1}
      className={classes(css.row, row.kind === "group" && css.group, isBase && css.base)}
      style={style}
      onFocus={(event) => event.target === event.currentTarget && onFocus(index)}
      onKeyDown={key}
      onPointerEnter={() => onEmphasis(lineId)}
      onPointerLeave={() => onEmphasis(null)}
      onDoubleClick={() => onOpen(row)}
      onContextMenu={(event) => {
        const cell = (event.target as Element).closest<HTMLElement>("[data-column]");
        if (isBase || !run || !cell) return;
        event.preventDefault();
        onMenu(`${run.id} ${cell.dataset.column}`);
      }}
    >
      <div role="gridcell" className={classes(css.cell, css.pick, css.pinned)} style={{ left: 0 }}>
        {isBase ? null : <Checkbox checked={selected} onChecked={() => undefined} onClick={(event) => onSelect(row, event.shiftKey)} label={`Select ${name}`} hidden tabIndex={-1} />}
        {isBase ? <Target size={15} aria-hidden="true" /> : null}
        {drawn !== undefined ? (
          <button type="button" className={css.eye} aria-label={drawn ? `Leave ${name} out of the charts` : `Draw ${name} in the charts`} aria-pressed={drawn} tabIndex={-1} onClick={() => onEye(lineId)}>
            {drawn ? <Eye size={14} aria-hidden="true" /> : <EyeOff size={14} aria-hidden="true" />}
          </button>
        ) : null}
      </div>
      {columns.map(({ column, left, lastPinned }) => (
        <div
          key={column.id}
          role="gridcell"
          className={classes(css.cell, column.numeric && css.num, left !== undefined && css.pinned, lastPinned && css.lastPinned, column.id === "name" && row.kind === "run" && row.depth > 0 && css.indent)}
          style={left === undefined ? undefined : ({ "--left": `${left}px` } as CSSProperties)}
          data-column={run && column.equals ? column.id : undefined}
        >
          {row.kind === "group" ? (
            <GroupCell row={row} column={column} look={look} drawn={drawn} baseline={baseline} onOpen={() => onOpen(row)} />
          ) : (
            <>
              <RunCell run={row.run} column={column} look={look} drawn={drawn} baseline={isBase ? undefined : baseline} />
              {menu === column.id ? (
                <Suspense>
                  <CellMenu run={row.run} column={column} onClose={() => onMenu(null)} onOnly={onOnly} />
                </Suspense>
              ) : null}
              {column.id !== "name" ? null : menu === "row" ? (
                <Suspense fallback={<RowMenuButton name={row.run.name} />}>
                  <RowMenu run={row.run} onClose={() => onMenu(null)} onChange={() => onChange(row.run)} onBase={() => onBase(row.run.id)} based={baseline?.id === row.run.id} columns={columns} onOnly={onOnly} />
                </Suspense>
              ) : (
                <RowMenuButton name={row.run.name} onOpen={() => onMenu(row.run.id)} />
              )}
            </>
          )}
        </div>
      ))}
    </div>
  );
});

interface GroupCellProps extends Omit<CellProps, "run"> {
  row: Extract<Row, { kind: "group" }>;
  onOpen: () => void;
}

function GroupCell({ row, column, look, drawn, baseline, onOpen }: GroupCellProps) {
  const { group, open } = row;
  if (column.id === "name") {
    return (
      <button type="button" className={css.expand} tabIndex={-1} aria-expanded={open} onClick={onOpen}>
        {open ? <ChevronDown size={15} aria-hidden="true" /> : <ChevronRight size={15} aria-hidden="true" />}
        {drawn === undefined ? null : <i className={classes(css.swatch, !drawn && css.off)} style={drawn && look ? { background: look.colour } : undefined} aria-hidden="true" />}
        <span title={groupName(row.group.by)}>{groupName(row.group.by)}</span>
        <span className="faint">n = {count(group.runs)}</span>
      </button>
    );
  }
  if (column.id === "state") {
    const words = Object.entries(group.states)
      .map(([state, n]) => `${n} ${state.toLowerCase()}`)
      .join(", ");
    return <span title={words}>{words}</span>;
  }
  if (column.id in group.by) return <span>{value(group.by[column.id] ?? undefined)}</span>;
  const spread = group.fields[column.id];
  if (!spread) return <span className="faint" />;
  const by = baseline ? meanDifference(column, spread, baseline) : undefined;
  return (
    <>
      <span title={`mean ± sample deviation (n − 1) over ${spread.n} runs with a finite value`}>{column.spread(spread)}</span>
      {spread.n < group.runs ? <span className="faint">{`n ${count(spread.n)} of ${count(group.runs)}`}</span> : null}
      <Delta by={by} />
    </>
  );
}

interface CellProps {
  run: RunView;
  column: Column;
  look: Look | undefined;
  drawn: boolean | undefined;
  baseline: RunView | undefined;
}

function RunCell({ run, column, look, drawn, baseline }: CellProps) {
  switch (column.id) {
    case "name":
      return (
        <>
          <span className={classes(css.swatch, !drawn && css.off)} style={drawn && look ? { background: look.colour } : undefined} aria-hidden="true" />
          <Link to={`/runs/${run.id}`} className={css.name} title={run.name} tabIndex={-1}>
            <span className={css.nameStart}>{run.name.slice(0, -NAME_END)}</span>
            <span className={css.nameEnd}>{run.name.slice(-NAME_END)}</span>
          </Link>
          <Marks run={run} />
          <Nesting run={run} />
        </>
      );
    case "state":
      return <RunPill run={run} />;
    case "progress":
      return <ProgressBar step={run.step} steps={run.steps} epoch={run.epoch} epochs={run.epochs} ended={ENDED.has(run.state)} />;
    case "duration":
      return <Duration run={run} />;
    case "createdAt":
    case "startedAt":
    case "endedAt":
      return <Time at={run[column.id]} />;
    default: {
      const by = baseline && baseline.id !== run.id ? difference(column, run, baseline) : undefined;
      const text = column.text(run, 0);
      const same = baseline && column.section === "Configuration" && text === column.text(baseline, 0);
      return (
        <>
          <span className={same ? "faint" : undefined} title={text}>
            {text}
          </span>
          <Delta by={by} />
        </>
      );
    }
  }
}

/** Where a program put the run: below which one, and what is below it. */
export function Nesting({ run }: { run: RunView }) {
  return (
    <>
      {run.parent ? (
        <Link to={`/runs/${run.parent}`} className={css.nest} title="Below another run: go there" aria-label={`The run that ${run.name} is below`} tabIndex={-1}>
          <CornerLeftUp size={13} aria-hidden="true" />
        </Link>
      ) : null}
      {run.children ? (
        <Link to={`/runs?filter=${encodeURIComponent(belowFilter(run.id))}`} className={css.nest} title="Show the runs below it" aria-label={`${some(run.children, "run")} below ${run.name}`} tabIndex={-1}>
          <ListTree size={13} aria-hidden="true" /> {count(run.children)}
        </Link>
      ) : null}
    </>
  );
}

/** What a person did with the run, in small. */
export function Marks({ run }: { run: RunView }) {
  return (
    <>
      {run.starred ? <Star size={13} className={css.star} role="img" aria-label="starred" /> : null}
      {run.pinned ? <FolderLock size={13} className={css.mark} role="img" aria-label="all files kept" /> : null}
      {run.hasNote ? <NotebookText size={13} className={css.mark} role="img" aria-label="has a note" /> : null}
      {run.archived ? <Archive size={13} className={css.mark} role="img" aria-label="archived" /> : null}
      {run.deletedAt ? <Trash2 size={13} className={css.mark} role="img" aria-label="deleted" /> : null}
    </>
  );
}

function Delta({ by }: { by: ReturnType<typeof difference> }) {
  return by ? <span className={classes(css.delta, by.better === true && css.better, by.better === false && css.worse)}>{by.text}</span> : null;
}

function Duration({ run }: { run: RunView }) {
  const now = useNow();
  return <span>{between(run.startedAt, run.endedAt, now)}</span>;
}
