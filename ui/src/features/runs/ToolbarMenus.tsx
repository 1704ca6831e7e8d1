import { ChartLine, Download, Ellipsis, Link2, Ungroup } from "lucide-react";
import type { RunsScope } from "../../api/paths";
import type { KeyCatalogue } from "../../api/overRuns";
import { RUN_STATES } from "../../api/types";
import { download } from "../../components/csv";
import { Button, IconButton } from "../../components/controls/Button";
import { usePageActions } from "../../components/keyboard/actions";
import { TOP_FILTER } from "../../components/filterText";
import { Menu, MenuChoice, MenuItem, MenuLine } from "../../components/overlays/Menu";
import { say, sayProblem } from "../../components/overlays/toast";
import { ColumnPicker } from "./ColumnPicker";
import { csvAddress } from "./csv";
import { groupsCsv } from "./groupsCsv";
import { GroupPicker } from "./GroupPicker";
import { type RunsSearch, TASK_NAMES, TASKS, tasksOf, toggled } from "./search";
import { ViewsMenu } from "./ViewsMenu";

/** Programs that are said to run, and write nothing. */
const SILENT = "silent = true";

export interface ToolbarProps {
  view: RunsSearch;
  set: (change: Partial<RunsSearch>, how?: "push" | "replace") => void;
  sweep: string | undefined;
  /** The experiment or sweep, before any filter. */
  scope: RunsScope;
  catalogue: KeyCatalogue | undefined;
  ids: readonly string[];
  onColumns: (ids: string[] | undefined) => void;
  /** The same with every filter, and how it is sorted. */
  narrowed: RunsScope;
  sort: string;
  charts: boolean;
  narrow: boolean;
  dense: boolean;
  onDense: (dense: boolean) => void;
}

/** Views, states, groups, columns, and what is asked for seldom. */
export function ToolbarMenus({ view, set, sweep, catalogue, ids, onColumns, narrowed, sort, charts, narrow, dense, onDense }: ToolbarProps) {
  const copyAddress = () => {
    // Columns may be a habit of this browser: whoever opens the address has others.
    const address = new URL(location.href);
    address.searchParams.delete("cols");
    for (const id of ids) address.searchParams.append("cols", id);
    navigator.clipboard.writeText(address.href).then(
      () => say("The address is copied", { detail: "It brings back exactly this view." }),
      (fault: unknown) => sayProblem("The address could not be copied", fault),
    );
  };
  const saveGroups = () => {
    groupsCsv(narrowed, view.group ?? [], sort, ids).then(
      (text) => download(`${view.experiment ?? "runs"}-groups.csv`, "text/csv;charset=utf-8", text),
      (fault: unknown) => sayProblem("The groups could not be read", fault),
    );
  };
  const csv = csvAddress(narrowed, sort, ids, catalogue);
  const file = `${view.experiment ?? "runs"}.csv`;
  usePageActions([
    { label: "Save a CSV of all runs that match", icon: Download, run: () => Object.assign(document.createElement("a"), { href: csv, download: file }).click() },
    ...(view.group ? [{ label: "Save a CSV of all groups", icon: Download, run: saveGroups }] : []),
    { label: "Copy the address of this view", icon: Link2, run: copyAddress },
    ...(view.group ? [{ label: "No groups", icon: Ungroup, run: () => set({ group: undefined }) }] : []),
    ...(sweep || narrow ? [] : [{ label: charts ? "Runs without charts" : "Runs with charts", icon: ChartLine, run: () => set({ charts: charts ? "off" : undefined }, "replace") }]),
  ]);
  return (
    <>
      {sweep ? null : <ViewsMenu experiment={view.experiment} cols={ids} />}
      <Menu align="end" trigger={<Button aria-pressed={view.state !== undefined}>State {view.state ? <span className="num">{view.state.length}</span> : null}</Button>}>
        {RUN_STATES.map((state) => (
          <MenuChoice key={state} keep checked={view.state?.includes(state) ?? false} onChecked={() => set({ state: toggled(view.state, state) })}>
            {state.toLowerCase()}
          </MenuChoice>
        ))}
        <MenuLine />
        <MenuItem disabled={!view.state} onSelect={() => set({ state: undefined })}>
          All states
        </MenuItem>
        <MenuLine />
        <MenuChoice keep checked={view.filter?.includes(SILENT) ?? false} onChecked={() => set({ filter: toggled(view.filter, SILENT) })}>
          silent alone
        </MenuChoice>
        <MenuChoice keep checked={view.filter?.includes(TOP_FILTER) ?? false} onChecked={() => set({ filter: toggled(view.filter, TOP_FILTER) })}>
          without those below others
        </MenuChoice>
        <MenuLine />
        {TASKS.map((tasks) => (
          <MenuChoice key={tasks} keep checked={tasksOf(view) === tasks} onChecked={() => set({ tasks: tasksOf({ group: view.group }) === tasks ? undefined : tasks })}>
            {TASK_NAMES[tasks]}
          </MenuChoice>
        ))}
        <MenuLine />
        <MenuChoice keep checked={view.starred ?? false} onChecked={(starred) => set({ starred: starred ? true : undefined })}>
          starred alone
        </MenuChoice>
        <MenuChoice keep checked={view.archived === "true"} onChecked={(on) => set({ archived: on ? "true" : undefined, deleted: undefined })}>
          archived too
        </MenuChoice>
        <MenuChoice keep checked={view.archived === "only"} onChecked={(on) => set({ archived: on ? "only" : undefined, deleted: undefined })}>
          archived alone
        </MenuChoice>
        <MenuChoice keep checked={view.deleted === "only"} onChecked={(on) => set({ deleted: on ? "only" : undefined, archived: undefined })}>
          deleted
        </MenuChoice>
      </Menu>
      <GroupPicker catalogue={catalogue} by={view.group ?? []} onBy={(group) => set({ group })} />
      {narrow ? null : <ColumnPicker catalogue={catalogue} shown={ids} onColumns={onColumns} />}
      {sweep || narrow ? null : <IconButton icon={ChartLine} label={charts ? "Without charts" : "With charts"} kind="plain" aria-pressed={charts} onClick={() => set({ charts: charts ? "off" : undefined }, "replace")} />}
      <Menu align="end" trigger={<IconButton icon={Ellipsis} label="More" kind="plain" />}>
        <MenuItem asChild>
          <a href={csv} download={file}>
            <Download size={15} aria-hidden="true" /> CSV of all that match
          </a>
        </MenuItem>
        {view.group ? (
          <MenuItem icon={Download} onSelect={saveGroups}>
            CSV of all groups
          </MenuItem>
        ) : null}
        <MenuItem icon={Link2} onSelect={copyAddress}>
          Copy the address of this view
        </MenuItem>
        <MenuLine />
        <MenuChoice checked={dense} onChecked={onDense}>
          Dense rows
        </MenuChoice>
        {view.width || view.pin ? <MenuItem onSelect={() => set({ width: undefined, pin: undefined })}>Widths and pins as usual</MenuItem> : null}
      </Menu>
    </>
  );
}
