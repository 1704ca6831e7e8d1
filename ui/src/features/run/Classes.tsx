import { useMemo, useState } from "react";
import { Search } from "lucide-react";
import type { ClassRow, ResultView } from "../../api/judged";
import { Select } from "../../components/controls/Select";
import { TextField } from "../../components/controls/TextField";
import { TableBox } from "../../components/display/TableBox";
import { count, number } from "../../components/format";
import css from "./judged.module.css";

const ORDERS = { worst: "worst first", best: "best first", name: "by name", images: "most images first" };
type Order = keyof typeof ORDERS;
const FEW = 50;

function sorted(rows: readonly ClassRow[], names: readonly string[], order: Order): ClassRow[] {
  const by = (row: ClassRow) => row.share?.value ?? Infinity;
  return [...rows].sort((a, b) =>
    order === "name" ? names[a.index]!.localeCompare(names[b.index]!, "en", { numeric: true }) : order === "images" ? b.images - a.images : order === "worst" ? by(a) - by(b) : by(b) - by(a),
  );
}

/** How each class did. */
export function Classes({ result }: { result: ResultView }) {
  const { classNames, judgement, rowsLeftOut } = result;
  const [order, setOrder] = useState<Order>("worst");
  const [search, setSearch] = useState("");
  const [all, setAll] = useState(false);
  const rows = useMemo(
    () => sorted(judgement.rows, classNames, order).filter((row) => classNames[row.index]!.toLowerCase().includes(search.toLowerCase())),
    [judgement.rows, classNames, order, search],
  );
  return (
    <section aria-label="Classes">
      <div className={css.tools}>
        <h2>Classes</h2>
        <TextField icon={Search} type="search" placeholder="Find classes" aria-label="Find classes" value={search} onChange={(event) => setSearch(event.target.value)} />
        <Select label="Order of the classes" size="s" value={order} options={Object.entries(ORDERS).map(([value, label]) => ({ value: value as Order, label }))} onValue={setOrder} />
      </div>
      <TableBox label="How each class did">
        <table className={css.table}>
          <thead>
            <tr>
              {["Class", "Images", "Right", "Share", "95 %", "Precision", "F1", "Most often taken for"].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, all ? rows.length : FEW).map((row) => (
              <tr key={row.index}>
                <th scope="row">{classNames[row.index]}</th>
                <td className="num">{count(row.images)}</td>
                <td className="num">{count(row.right)}</td>
                <td className="num">{row.share ? `${row.share.value.toFixed(1)} %` : "–"}</td>
                <td className="num faint">{row.share ? `${row.share.low.toFixed(1)} to ${row.share.high.toFixed(1)}` : "–"}</td>
                <td className="num">{row.precision === null || row.precision === undefined ? "–" : `${row.precision.toFixed(1)} %`}</td>
                <td className="num">{number(Number(row.f1.toFixed(1)))} %</td>
                <td>{row.takenFor === null || row.takenFor === undefined ? "–" : classNames[row.takenFor]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
      {!all && rows.length > FEW ? (
        <button type="button" className={css.plain} onClick={() => setAll(true)}>
          Show all {count(rows.length)}
        </button>
      ) : null}
      {rowsLeftOut > 0 ? <p className="small faint">{count(rowsLeftOut)} further classes are in the file of predictions.</p> : null}
    </section>
  );
}
