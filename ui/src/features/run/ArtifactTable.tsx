import { useQuery } from "@tanstack/react-query";
import { judged, judgedKeys } from "../../api/judged";
import { Answered } from "../../components/display/Answered";
import { TableBox } from "../../components/display/TableBox";
import { count } from "../../components/format";
import css from "./judged.module.css";

/** Rows of a CSV that a run left. */
export function ArtifactTable({ run, sha256, name }: { run: string; sha256: string; name: string }) {
  const query = useQuery({ queryKey: judgedKeys.table(run, sha256), queryFn: () => judged.table(run, sha256), staleTime: Infinity });
  return (
    <Answered query={query} what="the table">
      {({ columns, rows, total }) => (
        <>
          <TableBox label={name}>
            <table className={css.table}>
              <thead>
                <tr>
                  {columns.map((column, i) => (
                    <th key={`${i}/${column}`} scope="col">
                      {column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row, i) => (
                  <tr key={i}>
                    {row.map((cell, k) => (
                      <td key={k} className={cell !== "" && Number.isFinite(Number(cell)) ? "num" : undefined}>
                        {cell}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
          <p className="small faint">
            {count(rows.length)} of {count(total)} rows
          </p>
        </>
      )}
    </Answered>
  );
}
