import type { CellTest, ReportCell, ReportRow } from "../../api/reports";
import { classes } from "../../components/classes";
import { number, shortId } from "../../components/format";
import { Link } from "../../components/navigation";
import { Popover } from "../../components/overlays/Popover";
import css from "./report.module.css";

const SIGNS: Partial<Record<CellTest["verdict"], string>> = { better: "†", worse: "‡" };

/** A test in words: what it was, of how many, which way it went. */
export function tested(test: CellTest): string {
  if (test.verdict === "not tested") return `Not tested: ${test.why ?? "no reason given"}.`;
  const way = (test.difference ?? 0) > 0 ? "above" : "below";
  return `${number(Math.abs(test.difference ?? 0))} ${way} the reference: ${test.words ?? "a test"}, two-sided, n ${test.n ?? "?"}, p ${number(test.p)}, corrected ${number(test.adjusted)}: ${test.verdict}.`;
}

function Text({ cell, row }: { cell: ReportCell; row: ReportRow }) {
  const marks = [SIGNS[cell.test?.verdict ?? "not tested"], ...cell.marks].filter(Boolean).join(",");
  return (
    <>
      <span className={classes(cell.best && css.best, row.source && css.quoted)}>{cell.text}</span>
      {marks ? <sup className={css.marks}>{marks}</sup> : null}
    </>
  );
}

/** A figure; one that comes of runs opens them. */
export function Cell({ cell, row, column }: { cell: ReportCell; row: ReportRow; column: string }) {
  const missing = cell.n < cell.of;
  if (cell.runs.length === 0) {
    return (
      <td className={classes("num", missing && css.missing)} title={row.source ? `quoted from ${row.source}` : missing ? "no finished run has a value" : undefined}>
        <Text cell={cell} row={row} />
      </td>
    );
  }
  const name = `${row.labels.join(" ")}, ${column}`;
  return (
    <td className={classes("num", missing && css.missing)}>
      <Popover
        label={`Runs of ${name}`}
        trigger={
          <button type="button" className={css.cell} title={name}>
            <Text cell={cell} row={row} />
          </button>
        }
      >
        <div className={css.runs}>
          <strong>{name}</strong>
          <table>
            <tbody className="num">
              {cell.runs.map((run, i) => (
                <tr key={run}>
                  <th scope="row">{cell.over[i] === run ? shortId(run) : cell.over[i]}</th>
                  <td>
                    <Link to={`/runs/${run}`}>{number(cell.values[i])}</Link>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="small faint">
            {cell.n} of {cell.of} values
          </p>
          {cell.test ? <p className="small">{tested(cell.test)}</p> : null}
        </div>
      </Popover>
    </td>
  );
}
