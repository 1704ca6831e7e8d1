import { Link } from "../../components/navigation";
import type { CompareColumn } from "./columns";
import css from "./compare.module.css";

interface Props {
  columns: readonly CompareColumn[];
  looks: ReadonlyMap<string, { colour: string }>;
  first: string;
}

export function ColumnHeads({ columns, looks, first }: Props) {
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        {columns.map((column) => (
          <th key={column.id} scope="col">
            <span className={css.head}>
              <span className={css.swatch} style={{ background: looks.get(column.id)?.colour }} />
              <Link to={`/runs/${column.id}`} title={column.runs.map((run) => run.name).join(", ")}>
                {column.name}
              </Link>
            </span>
            {column.baseline ? <span className={css.base}>baseline</span> : null}
          </th>
        ))}
      </tr>
    </thead>
  );
}
