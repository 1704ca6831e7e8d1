import { lazy, Suspense } from "react";
import { picture, type ReportFigure, type ReportTable } from "../../api/reports";
import { classes } from "../../components/classes";
import { Badge } from "../../components/display/Badge";
import { Card } from "../../components/display/Card";
import { EmptyState } from "../../components/display/EmptyState";
import { Skeleton } from "../../components/display/Skeleton";
import { TableBox } from "../../components/display/TableBox";
import { count } from "../../components/format";
import { Link } from "../../components/navigation";
import { Cell } from "./Cell";
import css from "./report.module.css";

const Markdown = lazy(() => import("../../components/order/Markdown"));

function Prose({ text }: { text: string | null | undefined }) {
  return text ? (
    <Suspense fallback={<Skeleton what="the text" lines={2} />}>
      <Markdown text={text} />
    </Suspense>
  ) : null;
}

/** A report as it is read: text, table, what has to be said of it. */
export function TableView({ table }: { table: ReportTable }) {
  const shown = table.rows.filter((row) => !row.hidden);
  return (
    <div className={css.view}>
      <Prose text={table.above} />
      <Card title={`${count(table.runs)} ${table.runs === 1 ? "run" : "runs"}`} label="Table" flush tools={table.complete ? <Badge tone="good">complete</Badge> : <Badge tone="warn">not complete</Badge>}>
        {table.columns.length === 0 ? (
          <EmptyState title="No run matches this report.">
            <p>
              Which ones it takes stands behind <code>runs</code> in its definition.
            </p>
          </EmptyState>
        ) : (
          <TableBox label={table.title}>
            <table>
              <thead>
                <tr>
                  {table.heads.map((head) => (
                    <th key={head} scope="col">
                      {head}
                    </th>
                  ))}
                  {table.columns.map((column) => (
                    <th key={`${column.label} ${column.metric}`} scope="col" className="num" title={column.metric}>
                      {column.label}
                    </th>
                  ))}
                  {table.further.map((head) => (
                    <th key={head} scope="col" className="num">
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map((row, i) => (
                  <tr key={`${i} ${row.labels.join(" ")}`} className={classes(row.source && css.quotedRow)}>
                    {row.labels.map((label, k) =>
                      k === 0 ? (
                        <th key={k} scope="row" title={row.source ? `quoted from ${row.source}` : undefined}>
                          {label} {row.reference ? <span className="faint">(reference)</span> : null}
                        </th>
                      ) : (
                        <td key={k}>{label}</td>
                      ),
                    )}
                    {row.cells.map((cell, k) => (
                      <Cell key={k} cell={cell} row={row} column={table.columns[k]!.label} />
                    ))}
                    {row.further.map((text, k) => (
                      <td key={k} className="num">
                        {text}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
        )}
        <Notes table={table} />
      </Card>
      {table.unfinishedTotal > 0 ? <Unfinished table={table} /> : null}
      <Figures figures={table.figures} />
      <Prose text={table.below} />
      <p className="small faint">
        Definition <code title={table.definition}>{table.definition.slice(0, 12)}</code>, content <code title={table.content}>{table.content.slice(0, 12)}</code>
      </p>
    </div>
  );
}

function Figures({ figures }: { figures: ReportFigure[] }) {
  return figures.map((figure) => (
    <figure key={`${figure.run} ${figure.sha256}`} className={css.figure}>
      <img src={picture(figure)} alt={`${figure.caption}, ${figure.row}`} loading="lazy" />
      <figcaption className="small">
        {figure.caption} (<Link to={`/runs/${figure.run}`}>{figure.row}</Link>)
      </figcaption>
    </figure>
  ));
}

function Notes({ table }: { table: ReportTable }) {
  const quoted = table.rows.filter((row) => row.source);
  if (table.notes.length + quoted.length === 0) return null;
  return (
    <ul className={css.notes}>
      {table.notes.map((note) => (
        <li key={note.mark + note.text}>
          {note.mark ? <sup>{note.mark}</sup> : null} {note.text}
        </li>
      ))}
      {quoted.map((row) => (
        <li key={row.labels[0]}>
          <em>{row.labels[0]}</em> is quoted from {row.source}; it takes part in no test.
        </li>
      ))}
    </ul>
  );
}

function Unfinished({ table }: { table: ReportTable }) {
  const more = table.unfinishedTotal - table.unfinished.length;
  return (
    <details>
      <summary>
        {count(table.unfinishedTotal)} {table.unfinishedTotal === 1 ? "run" : "runs"} measured nothing
      </summary>
      <ul className={css.notes}>
        {table.unfinished.map((run) => (
          <li key={run.run}>
            <Link to={`/runs/${run.run}`}>{run.name}</Link> {run.state}
            {run.why ? `: ${run.why}` : ""}
          </li>
        ))}
        {more > 0 ? <li>and {count(more)} more</li> : null}
      </ul>
    </details>
  );
}
