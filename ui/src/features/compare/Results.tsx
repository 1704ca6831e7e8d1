import { Segmented } from "../../components/controls/Button";
import { CopyTable } from "../../components/CopyTable";
import { EmptyState } from "../../components/display/EmptyState";
import { metric, type MetricFormat } from "../../components/format";
import { matcher } from "../../charts/view";
import { ColumnHeads } from "./ColumnHeads";
import type { CompareColumn } from "./columns";
import css from "./compare.module.css";
import { better, type Difference, difference, type Sample, sample } from "./results";
import type { ComparePageView, MetricValue } from "./view";

interface Props {
  columns: readonly CompareColumn[];
  looks: ReadonlyMap<string, { colour: string }>;
  view: ComparePageView;
  onView: (view: ComparePageView) => void;
}

interface Row {
  key: string;
  goal: "MAX" | "MIN" | null;
  /** How its values are written. */
  format: MetricFormat | undefined;
  samples: Sample[];
}

const ORDER = ["test/", "val/", "train/"];
const rank = (key: string) => {
  const at = ORDER.findIndex((prefix) => key.startsWith(prefix));
  return key.startsWith("system/") ? 9 : at < 0 ? 5 : at;
};

export function resultRows(columns: readonly CompareColumn[], value: MetricValue): Row[] {
  const all = [...new Set(columns.flatMap((column) => column.runs.flatMap((run) => Object.keys(run.summary))))];
  return all
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, "en", { numeric: true }))
    .map((key) => ({
      key,
      goal: columns.flatMap((column) => column.runs).map((run) => run.summary[key]?.goal).find(Boolean) ?? null,
      format: columns.flatMap((column) => column.runs).map((run) => run.summary[key]).find((summary) => summary?.decimals !== undefined && summary.decimals !== null),
      // A metric without a direction has no best: its last value stands for it.
      samples: columns.map((column) => sample(column.runs.map(({ summary }) => (value === "best" ? (summary[key]?.best ?? summary[key]?.last) : summary[key]?.last)))),
    }));
}

const signed = (by: number, format: Row["format"]) => (by > 0 ? `+${metric(by, format)}` : by < 0 ? `−${metric(-by, format)}` : "±0");

function words(found: Difference, format: Row["format"]): string {
  return found.half === null ? signed(found.by, format) : `${signed(found.by, format)} ± ${metric(found.half, format)}`;
}

/** Every metric of what is compared, with n where several runs stand together, and the difference to the baseline. */
export function Results({ columns, looks, view, onView }: Props) {
  const shown = matcher(view.chart.find);
  const rows = resultRows(columns, view.value).filter((row) => shown(row.key));
  const base = columns.findIndex((column) => column.baseline);
  const several = columns.some((column) => column.runs.length > 1);
  const table = () => [
    ["metric", ...columns.map((column) => column.name)],
    ...rows.map((row) => [row.key, ...row.samples.map((one) => (several ? `${metric(one.mean, row.format, one.std)} (n = ${one.n})` : String(one.mean ?? "")))]),
  ];
  if (rows.length === 0) return <EmptyState title="None of the runs has measured anything yet." />;
  return (
    <>
      <div className={css.tools}>
        <Segmented
          label="Which value counts"
          size="s"
          value={view.value}
          options={[
            { value: "last", label: "last value" },
            { value: "best", label: "best value", title: "By the metric's direction; the last value where it has none" },
          ]}
          onValue={(value) => onView({ ...view, value })}
        />
        <span className="grow" />
        <CopyTable table={table} />
      </div>
      {/* Scrolls, so it must be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={css.table} tabIndex={0} role="region" aria-label="Results">
        <table>
          <ColumnHeads columns={columns} looks={looks} first={`Metric, ${view.value}`} />
          <tbody className="num">
            {rows.map((row) => (
              <tr key={row.key}>
                <th scope="row">
                  {row.key}{" "}
                  {row.goal ? (
                    <span className="faint" title={row.goal === "MAX" ? "higher is better" : "lower is better"}>
                      {row.goal === "MAX" ? "↑" : "↓"}
                    </span>
                  ) : null}
                </th>
                {columns.map((column, i) => (
                  <Cell key={column.id} own={row.samples[i]!} base={i === base ? null : row.samples[base]!} goal={row.goal} format={row.format} several={several} runs={column.runs.length} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="small faint">
        {several
          ? "Mean ± sample deviation (n − 1) over the runs of a column; differences to the baseline with Welch's 95 % interval where both sides have two runs or more."
          : "Differences to the baseline are of single runs: without several seeds nothing says whether they would come again."}
      </p>
    </>
  );
}

interface CellProps {
  own: Sample;
  base: Sample | null;
  goal: Row["goal"];
  format: Row["format"];
  several: boolean;
  runs: number;
}

function Cell({ own, base, goal, format, several, runs }: CellProps) {
  const found = base ? difference(own, base) : null;
  // Beside a mean, a run alone says nothing about better or worse.
  const good = found && (!several || found.half !== null) ? better(found, goal) : null;
  return (
    <td>
      {own.n === 0 ? <span className="faint">–</span> : metric(own.mean, format, several ? own.std : undefined)}
      {several && own.n > 0 ? <span className={own.n < runs ? css.short : "faint"}> n = {own.n}{own.n < runs ? ` of ${runs}` : ""}</span> : null}
      {found ? (
        <div className={good === null ? css.delta : good ? css.good : css.bad}>
          {words(found, format)}
          {good === null ? "" : good ? " better" : " worse"}
        </div>
      ) : null}
    </td>
  );
}
