import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { RunView } from "../../api/types";
import { Answered } from "../../components/display/Answered";
import { Card } from "../../components/display/Card";
import { RunPill } from "../../components/display/RunPill";
import { TableBox } from "../../components/display/TableBox";
import { Time } from "../../components/display/Time";
import { belowFilter } from "../../components/filterText";
import { count, metric } from "../../components/format";
import { Link } from "../../components/navigation";
import { goalOf } from "./goal";

/** Runs that are shown here; all of them are in the table of runs. */
const SHOWN = 20;

/** The runs that a program put below this one. */
export function Below({ run }: { run: RunView }) {
  const filter = [belowFilter(run.id)];
  const asked = { filter, sort: "createdAt", limit: SHOWN };
  const query = useQuery({ queryKey: ["home", asked], queryFn: () => api.runs(asked) });
  return (
    <Card title="Runs below it" flush tools={<Link to={`/runs?filter=${encodeURIComponent(filter[0]!)}`}>All {count(run.children ?? 0)} in the table</Link>}>
      <Answered query={query} what="the runs below">
        {({ items }) => {
          const key = goalOf(run) ?? items.map(goalOf).find((one) => one !== undefined);
          return (
            <TableBox label="Runs below it">
              <table>
                <thead>
                  <tr>
                    {["Run", "State", ...(key ? [key] : []), "Created"].map((head) => (
                      <th key={head} scope="col">
                        {head}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody className="num">
                  {items.map((child) => (
                    <tr key={child.id}>
                      <td>
                        <Link to={`/runs/${child.id}`}>{child.name}</Link>
                      </td>
                      <td>
                        <RunPill run={child} />
                      </td>
                      {key ? <td>{metric(child.summary[key]?.last, run.summary[key])}</td> : null}
                      <td>
                        <Time at={child.createdAt} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </TableBox>
          );
        }}
      </Answered>
    </Card>
  );
}
