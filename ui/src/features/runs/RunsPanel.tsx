import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import { api } from "../../api/client";
import { readAllAgain } from "../../api/follow";
import { keys } from "../../api/keys";
import { useMay } from "../../api/me";
import { looks as looksOf } from "../../components/colour";
import { useKept, kept, keep } from "../../components/kept";
import { Button } from "../../components/controls/Button";
import { ErrorNote } from "../../components/display/ErrorNote";
import { Skeleton } from "../../components/display/Skeleton";
import { toProblem } from "../../api/problem";
import type { NamedMetric, RunGroup } from "../../api/overRuns";
import type { RunView } from "../../api/types";
import { fieldText } from "../../components/filterText";
import { count, counted, some } from "../../components/format";
import { type RawSearch, useSetSearch } from "../../components/search";
import { useGo } from "../../components/navigation";
import { useDark } from "../../components/theme";
import type { Curated } from "./CurateDialog";
import { columnOf, usual } from "./columns";
import { RunsTable } from "./RunsTable";
import { RunsToolbar } from "./RunsToolbar";
import css from "./runs.module.css";
import { groupId, type Row, useGroupRows } from "./rows";
import { DEFAULT_SORT, metricIn, type RunsSearch, runsSearch, scopeOf, sortOfGroups, tasksOf, toggled, toQuery, widthsIn } from "./search";
import { runsQuery, useCatalogue, useGroups, useRuns } from "./useRuns";
import { useNarrow } from "./useNarrow";
import { useChange } from "./useChange";
import { useSelection } from "./useSelection";
import { useTableKeys } from "./useTableKeys";

const NoRuns = lazy(() => import("./NoRuns").then((module) => ({ default: module.NoRuns })));
const RunCards = lazy(() => import("./RunCards").then((module) => ({ default: module.RunCards })));
const RunsCharts = lazy(() => import("./RunsCharts").then((module) => ({ default: module.RunsCharts })));

const BulkBar = lazy(() => import("./BulkBar").then((module) => ({ default: module.BulkBar })));
const CurateDialog = lazy(() => import("./CurateDialog").then((module) => ({ default: module.CurateDialog })));
const ChangeDialog = lazy(() => import("../../components/order/ChangeDialog").then((module) => ({ default: module.ChangeDialog })));
const GroupCharts = lazy(() => import("./GroupCharts").then((module) => ({ default: module.GroupCharts })));
const NONE: readonly string[] = [];
const NO_METRICS: readonly NamedMetric[] = [];
const NO_GROUPS: readonly RunGroup[] = [];

/** Runs whose curves are drawn without being asked for. */
const DRAWN = 10;
const ENDED = new Set(["FINISHED", "PRUNED", "FAILED", "CANCELLED"]);
/** Groups of a page. */
const GROUPS = 500;

interface Props {
  /** Only this sweep's runs, without charts of its own. */
  sweep?: string;
  /** Filters that hold besides those of the address. */
  within?: readonly string[];
}

/** The runs table with all that belongs to it. */
export function RunsPanel({ sweep, within = NONE }: Props) {
  const raw: RawSearch = useSearch({ strict: false });
  const view = useMemo(() => runsSearch(raw), [raw]);
  const set = useSetSearch<RunsSearch>();
  const go = useGo();
  const dark = useDark();
  const narrow = useNarrow();
  const [dense, setDense] = useKept("dense", false);

  const scopeKey = JSON.stringify(scopeOf(view, sweep, within));
  const scope = useMemo(() => JSON.parse(scopeKey) as ReturnType<typeof scopeOf>, [scopeKey]);
  const whole = useMemo(() => ({ ...(sweep ? { sweep } : view.experiment ? { experiment: view.experiment } : {}) }), [sweep, view.experiment]);
  const catalogue = useCatalogue(whole);
  const memory = `columns.${sweep ? "sweep" : (view.experiment ?? "")}`;
  const ids = useMemo(() => view.cols ?? kept<string[] | undefined>(memory, undefined) ?? usual(catalogue.data), [view.cols, memory, catalogue.data]);
  const columns = useMemo(() => ids.map((id) => columnOf(id, catalogue.data)).filter((column) => column !== undefined), [ids, catalogue.data]);
  const widths = useMemo(() => widthsIn(view.width), [view.width]);
  const sort = view.sort ?? DEFAULT_SORT;
  const by = useMemo(() => view.group ?? [], [view.group]);
  const grouped = by.length > 0;

  const query = useMemo(() => toQuery(scope, sort, ids), [scope, sort, ids]);
  const found = useRuns(query, !grouped && !catalogue.isPending);
  const groupFields = useMemo(() => ids.filter((id) => metricIn(id)), [ids]);
  const groups = useGroups({ ...scope, by: [...by], limit: GROUPS }, groupFields, sortOfGroups(sort, by, groupFields), grouped);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const childQuery = useMemo(() => ({ ...query, sort: sort.replace(/^-/, "") === by[0] ? DEFAULT_SORT : query.sort }), [query, sort, by]);
  const groupRows = useGroupRows(grouped ? groups.data?.items : undefined, open, childQuery);
  const runs = found.runs;
  const flat = useMemo(() => (runs ?? []).map((run): Row => ({ kind: "run", id: run.id, run, depth: 0 })), [runs]);
  const rows = grouped ? groupRows : flat;
  const loaded = useMemo(() => rows.flatMap((row) => (row.kind === "run" ? [row.run] : [])), [rows]);

  const baseline = useQuery({ queryKey: keys.run(view.base ?? ""), queryFn: () => api.run(view.base!), enabled: Boolean(view.base) });
  const base = view.base ? baseline.data : undefined;

  // Means are drawn of what is there, not of what was deleted.
  const charted = !sweep && view.charts !== "off" && !(grouped && view.deleted);
  const charts = charted && !narrow;
  const [unfolded, setUnfolded] = useState(false);
  const drawn = useMemo(() => {
    if (grouped) return (groups.data?.items ?? []).map((group) => groupId(group.by)).filter((id, i) => (i < DRAWN || view.show?.includes(id)) && !view.hide?.includes(id));
    const first = loaded.slice(0, DRAWN).map((run) => run.id);
    const all = [...(view.base ? [view.base] : []), ...first, ...(view.show ?? [])];
    return [...new Set(all)].filter((id) => !view.hide?.includes(id));
  }, [grouped, groups.data, loaded, view.base, view.show, view.hide]);
  const drawnRuns = useMemo(() => {
    const known = new Map([...loaded, ...(base ? [base] : [])].map((run) => [run.id, run]));
    return drawn.map((id) => known.get(id)).filter((run) => run !== undefined);
  }, [drawn, loaded, base]);
  const looks = useMemo(() => looksOf(drawn, dark), [drawn, dark]);
  // The table is painted first; charts, which are ten times the work, follow in the time that it leaves.
  const curved = useDeferredValue(drawnRuns);
  const [emphasised, setEmphasised] = useState<string | null>(null);
  const usualEyes = grouped ? (groups.data?.items ?? []).slice(0, DRAWN).map((group) => groupId(group.by)) : loaded.slice(0, DRAWN).map((run) => run.id);
  const toggleEye = (id: string) => {
    if (drawn.includes(id)) set({ hide: toggled(view.hide?.filter((other) => other !== id), id), show: view.show?.filter((other) => other !== id) }, "replace");
    else set({ hide: view.hide?.filter((other) => other !== id), show: usualEyes.includes(id) ? view.show : toggled(view.show?.filter((other) => other !== id), id) }, "replace");
  };

  const order = JSON.stringify([scope, sort, by]);
  const selection = useSelection(scopeKey, rows);
  const [cursor, setCursor] = useState({ of: "", at: 0 });
  // The keyboard's place belongs to one order of rows; another one starts at the first.
  const active = cursor.of === order ? cursor.at : 0;
  const move = useCallback((at: number) => setCursor({ of: order, at }), [order]);
  const openRow = (row: Row) => {
    if (row.kind === "run") go(`/runs/${row.run.id}`);
    if (row.kind === "group") setOpen((old) => new Set(old.has(row.id) ? [...old].filter((id) => id !== row.id) : [...old, row.id]));
  };
  const change = useChange();
  const may = useMay();
  const [menu, setMenu] = useState<string | null>(null);
  const [curated, setCurated] = useState<Curated | null>(null);
  const [changing, setChanging] = useState<RunView | null>(null);
  const cache = useQueryClient();
  const setBase = (id: string) => set({ base: view.base === id ? undefined : id });
  const filterBox = useRef<HTMLInputElement>(null);
  const [begun, setBegun] = useState({ text: "", time: 0 });
  useTableKeys({ rows, active, move, filterBox, selection, select: selection.toggle, eye: toggleEye, setBase, star: (run) => may.change(run) && void change.put(run, { starred: !run.starred }, run.starred ? "without a star" : "starred"), menu: setMenu, compare: (chosen) => go(`/compare?${chosen.map((id) => `run=${id}`).join("&")}`) });

  const setColumns = (next: string[] | undefined) => {
    keep(memory, next);
    set({ cols: next });
  };
  // The list itself judges a new filter, and is at hand where it can be read: to have it judged first would be to have it worked out twice.
  const judge = (filter: string[]) => {
    const next = scopeOf({ ...view, filter }, sweep, within);
    return grouped || found.error ? api.runs({ ...whole, filter: filter.slice(-1), limit: 1 }) : cache.fetchInfiniteQuery(runsQuery(toQuery(next, sort, ids)));
  };
  const total = grouped ? (groups.data?.total ?? 0) : found.total;
  const groupsLeft = total - (groups.data?.items.length ?? 0);
  const answer = grouped ? groups : found;
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = answer;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const curves = () => (
    <Suspense fallback={<Skeleton what="charts" height={200} lines={2} />}>
      {grouped ? (
        <GroupCharts by={by} scope={scope} metrics={catalogue.data?.metrics ?? NO_METRICS} groups={groups.data?.items ?? NO_GROUPS} total={groups.data?.total ?? 0} drawn={drawn} looks={looks} emphasised={emphasised} waiting={groups.isPlaceholderData || groups.isPending} />
      ) : (
        <RunsCharts runs={curved} looks={looks} emphasised={emphasised} />
      )}
    </Suspense>
  );

  return (
    <div className={css.page}>
      <RunsToolbar view={view} set={set} sweep={sweep} scope={whole} catalogue={catalogue.data} ids={ids} onColumns={setColumns} narrowed={scope} sort={sort} filterBox={filterBox} judge={judge} begun={begun} charts={charts} narrow={narrow} dense={dense} onDense={setDense} />
      {catalogue.error && !answer.error ? <ErrorNote what="Columns" error={catalogue.error} retry={catalogue.refetch} /> : null}
      {answer.error ? (
        <>
          <ErrorNote error={answer.error} retry={answer.refetch} />
          {toProblem(answer.error).status === 422 ? <Button onClick={() => set({ filter: undefined, sort: undefined, group: undefined, cols: undefined })}>Show all runs, as usual</Button> : null}
        </>
      ) : null}
      <div className={css.split} data-charts={charts ? "on" : "off"}>
        <div className={css.page}>
          {charted && narrow && rows.length > 0 ? (
            <details className={css.folded} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
              <summary>Curves of {grouped ? some(drawn.length, "group") : some(drawnRuns.length, "run")}</summary>
              {unfolded ? curves() : null}
            </details>
          ) : null}
          {answer.data === undefined ? (
            answer.error || catalogue.error ? null : <Skeleton what="runs" lines={10} height={26} />
          ) : rows.length === 0 ? (
            <Suspense fallback={null}>
              <NoRuns filtered={Boolean(within.length > 0 || view.filter || view.state || tasksOf(view) !== "with" || view.starred || view.archived || view.deleted)} onClear={() => set({ filter: undefined, state: undefined, tasks: view.group ? "with" : undefined, starred: undefined, archived: undefined, deleted: undefined })} />
            </Suspense>
          ) : narrow && !grouped ? (
            <>
              <Suspense fallback={<Skeleton what="runs" lines={10} height={26} />}>
                <RunCards runs={loaded} columns={columns} selected={(id) => selection.has({ kind: "run", id } as Row)} onSelect={(run) => selection.toggle({ kind: "run", id: run.id, run, depth: 0 }, false)} menu={menu} onMenu={setMenu} onChange={setChanging} />
              </Suspense>
              {hasNextPage ? (
                <Button busy={isFetchingNextPage} onClick={more}>
                  More
                </Button>
              ) : null}
            </>
          ) : (
            <RunsTable
              rows={rows}
              total={found.more && !grouped ? undefined : grouped ? rows.length + groupsLeft : total}
              columns={columns}
              widths={widths}
              pinned={view.pin ?? NONE}
              grouped={by}
              sort={sort}
              dense={dense}
              looks={looks}
              drawn={charts ? new Set(drawn) : undefined}
              selected={selection.has}
              allSelected={selection.all ? true : selection.size > 0 ? "some" : false}
              onAll={() => selection.toggleAll(total)}
              baseline={base}
              active={active}
              onActive={move}
              onSelect={selection.toggle}
              onEye={toggleEye}
              onOpen={openRow}
              onEmphasis={setEmphasised}
              onRest={(row) => set({ group: undefined, tasks: tasksOf(view), filter: [...(view.filter ?? []), row.group.filter] })}
              onEnd={more}
              menu={menu}
              onMenu={setMenu}
              onChange={setChanging}
              onBase={setBase}
              onOnly={(filter) => set({ filter: view.filter?.includes(filter) ? view.filter : [...(view.filter ?? []), filter] })}
              onFilter={(id) => setBegun({ text: `${fieldText(id)} `, time: begun.time + 1 })}
              onSort={(next) => set({ sort: next })}
              onWidth={(id, px) => set({ width: [...(view.width ?? []).filter((one) => !one.startsWith(`${id}:`)), `${id}:${px}`] }, "replace")}
              onMove={(id, before) => {
                const rest = ids.filter((other) => other !== id);
                const at = before === undefined ? -1 : rest.indexOf(before);
                setColumns(at < 0 ? [...rest, id] : [...rest.slice(0, at), id, ...rest.slice(at)]);
              }}
              onHide={(id) => setColumns(ids.filter((other) => other !== id))}
              onPin={(id) => set({ pin: toggled(view.pin, id) })}
              onGroup={(id) => set({ group: toggled(view.group, id) })}
            />
          )}
          {rows.length > 0 ? (
            <p className={css.foot}>
              <span className="num" role="status">
                {grouped ? (groupsLeft > 0 ? `${count(total - groupsLeft)} of ${count(total)} groups` : `${count(total)} ${total === 1 ? "group" : "groups"}`) : `${count(loaded.length)} of ${counted(total, found.more)} runs`}
                {isFetchingNextPage ? ", reading more…" : ""}
              </span>
              {charts ? <span>charts draw {grouped ? drawn.length : drawnRuns.length} of them</span> : null}
            </p>
          ) : null}
          {selection.size > 0 ? (
            <Suspense>
              <BulkBar selection={selection} scope={scope} loaded={loaded} onCurate={setCurated} />
            </Suspense>
          ) : null}
          <Suspense>
            {curated ? <CurateDialog curated={curated} catalogue={catalogue.data} onClose={() => setCurated(null)} /> : null}
            {changing ? (
              <ChangeDialog
                kept="runs"
                thing={{ ...changing, experiment: changing.sweep ? undefined : changing.experiment }}
                what={changing.name}
                ended={ENDED.has(changing.state)}
                onChanged={() => readAllAgain(cache)}
                onClose={() => setChanging(null)}
              />
            ) : null}
          </Suspense>
        </div>
        {charts && rows.length > 0 ? (
          <aside className={css.side} aria-label="Curves of the drawn runs" data-scroll-restoration-id="run-charts">
            {curves()}
          </aside>
        ) : null}
      </div>
    </div>
  );
}
