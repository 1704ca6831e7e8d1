import { Checkbox } from "../../components/controls/Checkbox";
import { EmptyState } from "../../components/display/EmptyState";
import { count, value } from "../../components/format";
import { ColumnHeads } from "./ColumnHeads";
import type { CompareColumn } from "./columns";
import css from "./compare.module.css";
import { lines, nested } from "../../components/configuration";

interface Props {
  columns: readonly CompareColumn[];
  looks: ReadonlyMap<string, { colour: string }>;
  all: boolean;
  onAll: (all: boolean) => void;
}

/** The configurations leaf by leaf, nested as they are written; only what differs unless all is asked for. */
export function Configurations({ columns, looks, all, onAll }: Props) {
  const every = lines(columns.map((column) => column.config));
  const differing = every.filter((line) => line.differs);
  const rows = nested(all ? every : differing);
  return (
    <>
      <div className={css.tools}>
        <span className="faint">
          {count(differing.length)} of {count(every.length)} settings differ
        </span>
        <Checkbox label="also what does not differ" checked={all} onChecked={onAll} />
      </div>
      {rows.length === 0 ? (
        <EmptyState title="The configurations are the same." />
      ) : (
        // Scrolls, so it must be reachable by keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className={css.table} tabIndex={0} role="region" aria-label="Configurations">
          <table>
            <ColumnHeads columns={columns} looks={looks} first="Setting" />
            <tbody>
              {rows.map(({ depth, name, line }, i) =>
                line ? (
                  <tr key={line.path} className={line.differs ? css.differs : undefined}>
                    <th scope="row" title={line.path} style={{ paddingLeft: 12 + depth * 16 }}>
                      {name}
                    </th>
                    {columns.map((column, c) => {
                      const own = line.values[c];
                      const other = line.differs && !column.baseline && JSON.stringify(own) !== JSON.stringify(line.values[0]);
                      return (
                        <td key={column.id} className={other ? css.other : undefined}>
                          {own === undefined ? <span className="faint">not set</span> : value(own)}
                        </td>
                      );
                    })}
                  </tr>
                ) : (
                  <tr key={`${i} ${name}`} className={css.branch}>
                    <th scope="rowgroup" colSpan={columns.length + 1} style={{ paddingLeft: 12 + depth * 16 }}>
                      {name}
                    </th>
                  </tr>
                ),
              )}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
