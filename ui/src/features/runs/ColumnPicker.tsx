import { Columns3 } from "lucide-react";
import { useState } from "react";
import type { KeyCatalogue } from "../../api/overRuns";
import { Button } from "../../components/controls/Button";
import { Checkbox } from "../../components/controls/Checkbox";
import { TextField } from "../../components/controls/TextField";
import { Popover } from "../../components/overlays/Popover";
import { available, type Column, columnOf, differing, type Section } from "./columns";
import css from "./runs.module.css";

interface Props {
  catalogue: KeyCatalogue | undefined;
  shown: readonly string[];
  onColumns: (ids: string[] | undefined) => void;
}

const SECTIONS: readonly Section[] = ["Run", "Metrics", "Configuration", "Tags"];
/** More rows than this are found by typing. */
const MOST = 60;

export function ColumnPicker({ catalogue, shown, onColumns }: Props) {
  return (
    <Popover
      label="Columns"
      align="end"
      trigger={
        <Button icon={Columns3}>
          Columns <span className="faint num">{shown.length}</span>
        </Button>
      }
    >
      <Picker catalogue={catalogue} shown={shown} onColumns={onColumns} />
    </Popover>
  );
}

function Picker({ catalogue, shown, onColumns }: Props) {
  const [find, setFind] = useState("");
  const on = new Set(shown);
  const words = find.toLowerCase();
  const all = available(catalogue);
  const asked = shown.filter((id) => !all.some((column) => column.id === id)).map((id) => columnOf(id, catalogue)).filter((column) => column !== undefined);
  const wanted = [...asked, ...all].filter((column) => column.id.toLowerCase().includes(words));
  const toggle = (id: string) => onColumns(on.has(id) ? shown.filter((other) => other !== id) : [...shown, id]);
  const hint = (column: Column) => {
    const param = catalogue?.params.find((one) => `params.${one.key}` === column.id);
    if (param) return param.varies ? `${param.distinct} values` : "same everywhere";
    return catalogue?.metrics.find((one) => column.id.startsWith(`metrics.${one.key}.`))?.unit ?? "";
  };
  // A value of one metric where another is best, for those who type it.
  const special = columnOf(find.trim(), catalogue);
  return (
    <div className={css.picker}>
      <TextField type="search" placeholder="Find: a path, a metric, test/top1.at(val/top1)" aria-label="Find a column" value={find} onChange={(event) => setFind(event.target.value)} />
      <div className={css.bar}>
        <Button size="s" onClick={() => onColumns(undefined)}>
          As usual
        </Button>
        {catalogue ? (
          <Button size="s" onClick={() => onColumns(differing(catalogue))}>
            What differs
          </Button>
        ) : null}
        {special && !wanted.some((column) => column.id === special.id) ? (
          <Button size="s" kind="primary" onClick={() => toggle(special.id)}>
            {on.has(special.id) ? "Remove" : "Add"} {special.title}
          </Button>
        ) : null}
      </div>
      {SECTIONS.map((section) => {
        const columns = wanted.filter((column) => column.section === section);
        if (columns.length === 0) return null;
        return (
          <fieldset key={section}>
            <legend>{section}</legend>
            {columns.slice(0, MOST).map((column) => (
              <div key={column.id} className={css.pickRow}>
                <Checkbox checked={on.has(column.id)} disabled={column.id === "name"} onChecked={() => toggle(column.id)} label={column.section === "Run" ? column.title : column.id.replace(/^(metrics|params|tags)\./, "")} />
                <span>{hint(column)}</span>
              </div>
            ))}
            {columns.length > MOST ? <p className="faint">{columns.length - MOST} more: type a part of the name.</p> : null}
          </fieldset>
        );
      })}
    </div>
  );
}
