import { ChartLine, Download, Ellipsis, Link2, Target } from "lucide-react";
import { type RefObject, useState } from "react";
import type { RunsQuery, RunsScope } from "../../api/paths";
import type { KeyCatalogue } from "../../api/overRuns";
import { RUN_STATES } from "../../api/types";
import { Button, IconButton } from "../../components/controls/Button";
import { Tag } from "../../components/display/Badge";
import { download } from "../../components/csv";
import { count } from "../../components/format";
import { Menu, MenuChoice, MenuItem, MenuLine } from "../../components/overlays/Menu";
import { say, sayProblem } from "../../components/overlays/toast";
import { ColumnPicker } from "./ColumnPicker";
import type { Column } from "./columns";
import { FilterBox } from "./FilterBox";
import { GroupPicker } from "./GroupPicker";
import css from "./runs.module.css";
import { type RunsSearch, toggled } from "./search";
import { allRuns, csvOf } from "./whole";

interface Props {
  view: RunsSearch;
  set: (change: Partial<RunsSearch>, how?: "push" | "replace") => void;
  sweep: string | undefined;
  /** The experiment or sweep, before any filter. */
  scope: RunsScope;
  catalogue: KeyCatalogue | undefined;
  columns: readonly Column[];
  ids: readonly string[];
  onColumns: (ids: string[] | undefined) => void;
  query: RunsQuery;
  filterBox: RefObject<HTMLInputElement | null>;
  charts: boolean;
  narrow: boolean;
  dense: boolean;
  onDense: (dense: boolean) => void;
}

export function RunsToolbar({ view, set, sweep, scope, catalogue, columns, ids, onColumns, query, filterBox, charts, narrow, dense, onDense }: Props) {
  const [exporting, setExporting] = useState(false);
  const exportCsv = async () => {
    setExporting(true);
    try {
      const runs = await allRuns(query);
      download(`${view.experiment ?? "runs"}.csv`, "text/csv", csvOf(runs, columns));
      say(`${count(runs.length)} runs written`, { detail: "All that match, with these columns, as they are stored." });
    } catch (fault) {
      sayProblem("The CSV could not be written", fault);
    } finally {
      setExporting(false);
    }
  };
  const copyAddress = () => {
    navigator.clipboard.writeText(location.href).then(
      () => say("The address is copied", { detail: "It brings back exactly this view." }),
      (fault: unknown) => sayProblem("The address could not be copied", fault),
    );
  };
  const chips = (view.filter?.length ?? 0) + (view.state?.length ?? 0) + (view.group?.length ?? 0) > 0 || view.base !== undefined;
  return (
    <div className={css.page}>
      <div className={css.bar}>
        <FilterBox catalogue={catalogue} scope={scope} box={filterBox} onAdd={(expression) => set({ filter: [...(view.filter ?? []).filter((one) => one !== expression), expression] })} />
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
        </Menu>
        <GroupPicker catalogue={catalogue} by={view.group ?? []} onBy={(group) => set({ group })} />
        {narrow ? null : <ColumnPicker catalogue={catalogue} shown={ids} onColumns={onColumns} />}
        {sweep || narrow ? null : <IconButton icon={ChartLine} label={charts ? "Without charts" : "With charts"} kind="plain" aria-pressed={charts} onClick={() => set({ charts: charts ? "off" : undefined }, "replace")} />}
        <Menu align="end" trigger={<IconButton icon={Ellipsis} label="More" kind="plain" busy={exporting} />}>
          <MenuItem icon={Download} onSelect={() => void exportCsv()}>
            CSV of all that match
          </MenuItem>
          <MenuItem icon={Link2} onSelect={copyAddress}>
            Copy the address of this view
          </MenuItem>
          <MenuLine />
          <MenuChoice checked={dense} onChecked={onDense}>
            Dense rows
          </MenuChoice>
          {view.width || view.pin ? <MenuItem onSelect={() => set({ width: undefined, pin: undefined })}>Widths and pins as usual</MenuItem> : null}
        </Menu>
      </div>
      {chips ? (
        <div className={css.chips} role="group" aria-label="What is shown">
          {view.state?.map((state) => (
            <Tag key={state} label={state.toLowerCase()} onRemove={() => set({ state: toggled(view.state, state) })}>
              {state.toLowerCase()}
            </Tag>
          ))}
          {view.filter?.map((filter) => (
            <Tag key={filter} label={`filter ${filter}`} onRemove={() => set({ filter: toggled(view.filter, filter) })}>
              <code>{filter}</code>
            </Tag>
          ))}
          {view.group?.map((field) => (
            <Tag key={field} label={`group by ${field}`} onRemove={() => set({ group: toggled(view.group, field) })}>
              by <code>{field.replace(/^params\./, "")}</code>
            </Tag>
          ))}
          {view.base ? (
            <Tag label="baseline" onRemove={() => set({ base: undefined })}>
              <Target size={13} aria-hidden="true" /> baseline
            </Tag>
          ) : null}
          <Button size="s" kind="quiet" onClick={() => set({ filter: undefined, state: undefined, group: undefined, base: undefined })}>
            Clear all
          </Button>
        </div>
      ) : null}
    </div>
  );
}
