import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { placeRun } from "../../api/follow";
import type { Action } from "../../api/types";
import { ActionBar, actionsOf } from "../../components/ActionBar";
import { download, toCsv } from "../../components/csv";
import { count, counted } from "../../components/format";
import { EmptyState } from "../../components/display/EmptyState";
import { Skeleton } from "../../components/display/Skeleton";
import { ErrorNote } from "../../components/display/ErrorNote";
import { Link, useGo, useUrlState } from "../../components/navigation";
import { ColumnPicker } from "./ColumnPicker";
import { available, shown } from "./columns";
import { pathOf, RunsGrid } from "./RunsGrid";
import { Toolbar } from "./Toolbar";
import { useRuns } from "./useRuns";
import { useTableKeys } from "./useTableKeys";
import { nextSort, type RunsView, remember, runsUrl, toQuery } from "./view";

/** The runs table with all that belongs to it. @param sweep only this sweep's runs */
export function RunsPanel({ sweep }: { sweep?: string }) {
  const go = useGo();
  const [view, setUrl] = useUrlState(runsUrl);
  const setView = useCallback(
    (next: RunsView) => {
      setUrl(next);
      if (!sweep) remember(next);
    },
    [setUrl, sweep],
  );
  const query = useMemo(() => toQuery(view, sweep), [view, sweep]);
  const found = useRuns(query);
  const runs = found.runs;
  const columns = useMemo(() => shown(runs ?? [], view.columns, view.differing), [runs, view.columns, view.differing]);
  const all = useMemo(() => available(runs ?? [], found.metrics), [runs, found.metrics]);
  const selected = useMemo(() => new Set(view.selected), [view.selected]);
  const [cursor, setCursor] = useState({ of: "", at: -1 });
  // The keyboard's place belongs to one order of rows; another one starts above the first.
  const order = JSON.stringify(query);
  const active = cursor.of === order ? cursor.at : -1;
  const searchBox = useRef<HTMLInputElement>(null);

  const select = (id: string) =>
    setView({ ...view, selected: selected.has(id) ? view.selected.filter((other) => other !== id) : [...view.selected, id] });
  const current = runs?.[active];
  useTableKeys({
    search: () => searchBox.current?.focus(),
    move: (by) => setCursor({ of: order, at: Math.min(Math.max(0, active + by), (runs?.length ?? 1) - 1) }),
    select: () => current && select(current.id),
    open: () => current && go(pathOf(current)),
    clear: () => setView({ ...view, selected: [] }),
  });

  const exportCsv = () => {
    const now = Date.now();
    const rows = (runs ?? []).filter((run) => selected.size === 0 || selected.has(run.id));
    const body = rows.map((run) => [run.id, ...columns.map((column) => column.text(run, now))]);
    download("runs.csv", "text/csv", toCsv([["id", ...columns.map((column) => column.id)], ...body]));
  };
  const filtered = view.states.length > 0 || view.filters.length > 0 || view.search !== "";

  return (
    <section className="runs-panel" aria-label="Runs">
      <Toolbar view={view} onView={setView} searchBox={searchBox}>
        <ColumnPicker
          all={all}
          shown={columns.map((column) => column.id)}
          differing={view.differing}
          onColumns={(ids) => setView({ ...view, columns: ids, differing: ids === undefined ? false : view.differing })}
          onDiffering={(differing) => setView({ ...view, differing })}
        />
        <button type="button" onClick={exportCsv} disabled={!runs?.length} title="What is visible: these columns, the loaded rows">
          CSV
        </button>
      </Toolbar>
      {found.error ? <ErrorNote error={found.error} retry={() => void found.refetch()} /> : null}
      {selected.size > 0 ? <Selection ids={view.selected} onDone={() => setView({ ...view, selected: [] })} /> : null}
      {runs === undefined ? (
        found.error ? null : <Skeleton what="runs" />
      ) : runs.length === 0 ? (
        <EmptyState title={filtered ? "No run matches." : "No runs yet."}>
          {filtered ? (
            <button type="button" onClick={() => setView({ ...view, states: [], filters: [], search: "" })}>
              Clear the filters
            </button>
          ) : (
            <p>
              <Link to="/new">Queue a sweep or a run</Link>, or try <code>runyard demo</code> on the command line.
            </p>
          )}
        </EmptyState>
      ) : (
        <>
          <RunsGrid
            runs={runs}
            total={found.more ? undefined : found.total}
            columns={columns}
            sort={view.sort}
            onSort={(key) => setView({ ...view, sort: nextSort(view.sort, key) })}
            selected={selected}
            onSelect={select}
            active={active}
          />
          <div className="row foot">
            <span className="num" role="status">
              showing {count(runs.length)} of {counted(found.total, found.more)}
            </span>
            {found.hasNextPage ? (
              <button type="button" disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                {found.isFetchingNextPage ? "Loading…" : "Load more"}
              </button>
            ) : null}
            <span className="faint keys">
              <kbd>/</kbd> search <kbd>j</kbd> <kbd>k</kbd> move <kbd>x</kbd> select <kbd>Enter</kbd> open
            </span>
          </div>
        </>
      )}
    </section>
  );
}

/** What may be asked of all selected runs at once. */
function Selection({ ids, onDone }: { ids: readonly string[]; onDone: () => void }) {
  const cache = useQueryClient();
  const states = ids.map((id) => cache.getQueryData<{ state: string }>(keys.run(id))?.state);
  const offered = new Set(states.flatMap((state) => actionsOf(state ?? "RUNNING")));
  const act = async (action: Action) => {
    const answers = await Promise.allSettled(ids.map(async (id) => placeRun(cache, await api.actOnRun(id, action))));
    const refused = answers.find((answer) => answer.status === "rejected");
    if (refused) throw refused.reason;
  };
  return (
    <div className="row selection">
      <strong className="num">{ids.length} selected</strong>
      <ActionBar actions={[...offered]} what={`${ids.length} runs`} act={act} />
      <button type="button" className="quiet" onClick={onDone}>
        Clear
      </button>
    </div>
  );
}
