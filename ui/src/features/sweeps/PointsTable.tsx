import { useQuery } from "@tanstack/react-query";
import { keys } from "../../api/keys";
import { type PointsView, search } from "../../api/sweepSearch";
import type { RunView } from "../../api/types";
import { Answered } from "../../components/display/Answered";
import { Card } from "../../components/display/Card";
import { EmptyState } from "../../components/display/EmptyState";
import { TableBox } from "../../components/display/TableBox";
import { Time } from "../../components/display/Time";
import { count, number, value } from "../../components/format";

const SHOWN = 100;

/** Best first, then what is open, then what failed. */
export function best({ points, goals }: Pick<PointsView, "points" | "goals">): PointsView["points"] {
  const sign = goals[0]?.toLowerCase() === "max" ? -1 : 1;
  const place = (point: PointsView["points"][0]) => (point.state === "FINISHED" ? 0 : point.state === "PRUNED" ? 1 : point.state === "OPEN" ? 2 : 3);
  return points
    .filter((point) => point.askedAt)
    .sort((a, b) => place(a) - place(b) || sign * ((a.values?.[0] ?? 0) - (b.values?.[0] ?? 0)) || a.point - b.point);
}

/** The points of a sweep that is carried out from outside, as they were told. @param within those inside the brushes alone */
export default function PointsTable({ sweep, within }: { sweep: string; within: readonly RunView[] | undefined }) {
  const query = useQuery({ queryKey: keys.insight(sweep, "points"), queryFn: () => search.points(sweep) });
  return (
    <Answered query={query} what="the points">
      {(all) => {
        const inside = within && new Set(within.map((run) => run.index));
        const rows = best(all).filter((row) => !inside || inside.has(row.point));
        const params = [...new Set(rows.flatMap((row) => Object.keys(row.params)))];
        return (
          <Card title="Points, as they were told" flush>
            {rows.length === 0 ? (
              <EmptyState title={inside ? "No point lies inside the brushes." : "Nobody has asked for a point yet."}>
                {inside ? null : (
                  <p>
                    <code>runyard ask {sweep}</code>
                  </p>
                )}
              </EmptyState>
            ) : (
              <TableBox label="Points">
                <table>
                  <thead>
                    <tr>
                      <th scope="col" className="num">
                        Point
                      </th>
                      {params.map((param) => (
                        <th key={param} scope="col" className="num">
                          {param}
                        </th>
                      ))}
                      {all.metrics.map((metric) => (
                        <th key={metric} scope="col" className="num">
                          {metric}
                        </th>
                      ))}
                      <th scope="col">State</th>
                      <th scope="col">Told</th>
                    </tr>
                  </thead>
                  <tbody className="num">
                    {rows.slice(0, SHOWN).map((row, i) => (
                      <tr key={row.point}>
                        <td>{row.point}</td>
                        {params.map((param) => (
                          <td key={param}>{param in row.params ? value(row.params[param]) : "–"}</td>
                        ))}
                        {all.metrics.map((metric, k) => (
                          <td key={metric} className={i === 0 && k === 0 && row.state === "FINISHED" ? "strong" : undefined}>
                            {number(row.values?.[k])}
                          </td>
                        ))}
                        <td title={row.message ?? undefined}>{row.state.toLowerCase()}</td>
                        <td>{row.toldAt ? <Time at={row.toldAt} /> : "–"}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </TableBox>
            )}
            {rows.length > SHOWN ? (
              <p className="small faint" style={{ padding: "6px 14px 10px" }}>
                The best {count(SHOWN)} of {count(rows.length)}.
              </p>
            ) : null}
          </Card>
        );
      }}
    </Answered>
  );
}
