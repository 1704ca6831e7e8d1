import { useQuery } from "@tanstack/react-query";
import { Plus, Table2 } from "lucide-react";
import { keys } from "../../api/keys";
import { reports } from "../../api/reports";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { PageHeader } from "../../components/display/PageHeader";
import { TableBox } from "../../components/display/TableBox";
import { Time } from "../../components/display/Time";
import { Link } from "../../components/navigation";
import { NewButton } from "../../components/NewButton";
import css from "./report.module.css";

const fresh = (
  <NewButton to="/reports/new" icon={Plus} kind="primary">
    New report
  </NewButton>
);

export function ReportsPage() {
  const query = useQuery({ queryKey: keys.reports, queryFn: reports.all });
  return (
    <>
      <PageHeader title="Reports" actions={fresh} />
      <Answered query={query} what="reports">
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="No report yet." icon={Table2}>
              <p>A report turns runs into a table, with seeds, tests and what is missing: here, by a selection of runs, or by runyard report FILE --keep.</p>
            </EmptyState>
          ) : (
            <TableBox label="Reports">
              <table>
                <thead>
                  <tr>
                    {["Title", "Version", "Frozen", "Changed", "Made by"].map((head) => (
                      <th key={head} scope="col">
                        {head}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {list.map((report) => (
                    <tr key={report.id}>
                      <td className={css.title}>
                        <Link to={`/reports/${report.id}`}>{report.title}</Link>
                      </td>
                      <td className="num">{report.version}</td>
                      <td className="num">{report.frozen || "–"}</td>
                      <td>
                        <Time at={report.changedAt} />
                      </td>
                      <td>{report.createdBy}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </TableBox>
          )
        }
      </Answered>
    </>
  );
}
