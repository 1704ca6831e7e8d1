import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { TableRow } from "../../api/types";
import { Copy } from "../../components/Copy";
import { meanStd, number, seeds, value } from "../../components/format";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { Link } from "../../components/navigation";

interface Props {
  sweep: string;
  metric: string;
  goal: "max" | "min";
}

/** Best first; rows without a mean last. */
export function ranked(rows: readonly TableRow[], goal: "max" | "min"): TableRow[] {
  const sign = goal === "max" ? -1 : 1;
  const place = (row: TableRow) => (typeof row.mean === "number" && Number.isFinite(row.mean) ? sign * row.mean : Infinity);
  return [...rows].sort((a, b) => {
    const [x, y] = [place(a), place(b)];
    return x === y ? 0 : x - y;
  });
}

/** Tab-separated, as spreadsheets and papers take it. */
export function asText(rows: readonly TableRow[], params: readonly string[], metric: string): string {
  const head = [...params, metric, "seeds"].join("\t");
  return [head, ...rows.map((row) => [...params.map((p) => value(row.params[p])), meanStd(row.mean, row.std), `${row.n}/${row.expected}`].join("\t"))].join("\n");
}

/** Mean ± deviation over seeds, computed by the database from finished runs alone; seeds that are missing are named. */
export function MeanTable({ sweep, metric, goal }: Props) {
  const query = useQuery({ queryKey: keys.sweepTable(sweep, metric), queryFn: () => api.sweepTable(sweep, metric) });
  return (
    <section className="card" aria-label="Mean over seeds">
      <Answered query={query} what="the table">
        {(table) => {
          const rows = ranked(table.rows, goal);
          const params = [...new Set(rows.flatMap((row) => Object.keys(row.params)))];
          return (
            <>
              <div className="row">
                <h2 className="grow">
                  {metric}, mean ± std over seeds
                </h2>
                <Copy text={asText(rows, params, metric)} label="Copy table" />
              </div>
              {rows.length === 0 ? (
                <EmptyState title="No run of the sweep has finished yet." />
              ) : (
                <div className="table-box">
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
                      </tr>
                    </thead>
                    <tbody className="num">
                      {rows.map((row, i) => (
                        <tr key={JSON.stringify(row.params)}>
                          {params.map((param) => (
                            <td key={param}>{value(row.params[param])}</td>
                          ))}
                          <td className={i === 0 && row.n > 0 ? "strong" : undefined}>{meanStd(row.mean, row.std)}</td>
                          <td className={row.n < row.expected ? "missing" : "faint"}>{seeds(row.n, row.expected)}</td>
                          <td className="each">
                            {row.values.map((v, k) =>
                              row.runs[k] ? (
                                <Link key={row.runs[k]} to={`/runs/${row.runs[k]}`}>
                                  {number(v)}
                                </Link>
                              ) : (
                                <span key={k}>{number(v)}</span>
                              ),
                            )}
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
              <p className="small faint">Sample deviation (n − 1) over finished runs; with one seed there is none.</p>
            </>
          );
        }}
      </Answered>
    </section>
  );
}
