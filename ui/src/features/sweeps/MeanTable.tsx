import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { useMay } from "../../api/me";
import type { Json, SweepTable, TableRow } from "../../api/types";
import { CopyTable } from "../../components/CopyTable";
import { Button } from "../../components/controls/Button";
import { Answered } from "../../components/display/Answered";
import { Card } from "../../components/display/Card";
import { EmptyState } from "../../components/display/EmptyState";
import { count, metric as metricWords, seeds, value } from "../../components/format";
import { valueAt } from "../../components/origin";
import { Link } from "../../components/navigation";
import { useDigits } from "./digits";
import type { MetricValue } from "./view";
import { TableBox } from "../../components/display/TableBox";
import type { Words } from "../../components/tableText";

interface Props {
  sweep: string;
  /** Of the sweep: says what a point does not set. */
  base: Json | undefined;
  metric: string;
  which: MetricValue;
  goal: "max" | "min";
  /** Rows that are shown; left out: all. */
  keeps?: ((row: TableRow) => boolean) | undefined;
}

/** Rows that stand there at first, and more with each press. */
const SHOWN = 25;

/** Best first; rows without a mean last. */
export function ranked(rows: readonly TableRow[], goal: "max" | "min"): TableRow[] {
  const sign = goal === "max" ? -1 : 1;
  const place = (row: TableRow) => (typeof row.mean === "number" && Number.isFinite(row.mean) ? sign * row.mean : Infinity);
  return [...rows].sort((a, b) => {
    const [x, y] = [place(a), place(b)];
    return x === y ? 0 : x - y;
  });
}

/** One number of decimals for a whole column: two digits of the smallest deviation, but no more than papers print. */
export function decimalsOf(rows: readonly TableRow[]): number | undefined {
  const stds = rows.map((row) => row.std).filter((std): std is number => typeof std === "number" && Number.isFinite(std) && std > 0);
  if (stds.length === 0) return undefined;
  const wanted = Math.max(0, 1 - Math.floor(Math.log10(Math.min(...stds))));
  const large = rows.some((row) => Math.abs(row.mean ?? 0) >= 10);
  return Math.min(wanted, large ? 2 : 6);
}

const words = (row: TableRow, decimals: number | undefined) => metricWords(row.mean, { decimals }, row.std ?? null);

/** In words, the head first. */
export function wordsOf(rows: readonly TableRow[], params: readonly string[], title: string): Words {
  const decimals = decimalsOf(rows);
  return [[...params, title, "seeds"], ...rows.map((row) => [...params.map((p) => value(row.params[p])), words(row, decimals), `${row.n}/${row.expected}`])];
}

/** Mean ± deviation over seeds, computed by the database from finished runs alone; seeds that are missing are named. */
export function MeanTable({ sweep, base, metric, which, goal, keeps }: Props) {
  const query = useQuery({ queryKey: [...keys.sweepTable(sweep, metric), which], queryFn: () => api.sweepTable(sweep, metric, which) });
  return <Answered query={query} what="the table">{(table) => <Table table={table} base={base} title={`${metric}, ${which}`} goal={goal} keeps={keeps} />}</Answered>;
}

function Table({ table, base, title, goal, keeps }: { table: SweepTable; base: Json | undefined; title: string } & Pick<Props, "goal" | "keeps">) {
  const digits = useDigits();
  const makes = useMay().work();
  const [most, setMost] = useState(SHOWN);
  const rows = ranked(keeps ? table.rows.filter(keeps) : table.rows, goal);
  const shown = rows.slice(0, most);
  const params = [...new Set(rows.flatMap((row) => Object.keys(row.params)))];
  const decimals = decimalsOf(rows);
  return (
    <Card title={`${title}: mean ± std over seeds`} flush tools={<CopyTable table={() => wordsOf(rows, params, title)} />}>
      {rows.length === 0 ? (
        <EmptyState title={table.rows.length === 0 ? "No run of the sweep has finished yet." : "No point lies inside the brushes."} />
      ) : (
        <TableBox label="Means over seeds">
          <table>
            <thead>
              <tr>
                {params.map((param) => (
                  <th key={param} scope="col" className="num" title={param}>
                    {param}
                  </th>
                ))}
                <th scope="col" className="num">
                  Mean ± std
                </th>
                <th scope="col">Seeds</th>
                <th scope="col" className="num">
                  Each
                </th>
                <th scope="col" aria-label="What comes next" />
              </tr>
            </thead>
            <tbody className="num">
              {shown.map((row, i) => (
                <tr key={JSON.stringify(row.params)}>
                  {params.map((param) => (
                    <td key={param}>{param in row.params ? value(row.params[param]) : <span className="faint" title="from the sweep's base">{value(valueAt(base, param))}</span>}</td>
                  ))}
                  <td className={i === 0 && row.n > 0 ? "strong" : undefined}>{words(row, decimals)}</td>
                  <td className={row.n < row.expected ? "missing" : "faint"}>{seeds(row.n, row.expected)}</td>
                  <td className="each">
                    {row.values.map((v, k) =>
                      row.runs[k] ? (
                        <Link key={row.runs[k]} to={`/runs/${row.runs[k]}`}>
                          {digits(v)}
                        </Link>
                      ) : (
                        <span key={k}>{digits(v)}</span>
                      ),
                    )}
                  </td>
                  <td>{i === 0 && makes && row.runs[0] ? <Link to={`/new?kind=run&from=run:${row.runs[0]}`}>new run from it</Link> : null}{i > 0 && row.runs.length > 0 && rows[0]!.runs.length > 0 ? <Link to={compareWith(rows[0]!, row)}>with best</Link> : null}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      <p className="small faint" style={{ padding: "6px 14px 10px" }}>
        {rows.length > most ? (
          <>
            The best {count(most)} of {count(rows.length)} points.{" "}
            <Button size="s" kind="quiet" onClick={() => setMost(most + 4 * SHOWN)}>
              Show more
            </Button>{" "}
          </>
        ) : null}
        {keeps ? `${count(rows.length)} of ${count(table.rows.length)} points lie inside the brushes. ` : ""}Sample deviation (n − 1) over finished runs; with one seed there is none.
      </p>
    </Card>
  );
}

function compareWith(best: TableRow, row: TableRow): string {
  const runs = [...best.runs, ...row.runs].map((run) => `run=${run}`).join("&");
  return `/compare?${runs}&seeds=together&part=results`;
}
