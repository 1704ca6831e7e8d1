import { useState } from "react";
import { Button } from "../../components/controls/Button";
import { Popover } from "../../components/overlays/Popover";
import type { Column, Group } from "./columns";

interface Props {
  all: readonly Column[];
  shown: readonly string[];
  differing: boolean;
  onColumns: (ids: string[] | undefined) => void;
  onDiffering: (on: boolean) => void;
}

const GROUPS: readonly Group[] = ["Run", "Parameters", "Metrics", "Spec"];

export function ColumnPicker({ all, shown, differing, onColumns, onDiffering }: Props) {
  const [find, setFind] = useState("");
  const on = new Set(shown);
  const toggle = (id: string) => onColumns(on.has(id) ? shown.filter((other) => other !== id) : [...shown, id]);
  const move = (id: string, by: number) => {
    const from = shown.indexOf(id);
    const next = shown.filter((other) => other !== id);
    next.splice(Math.max(0, from + by), 0, id);
    onColumns(next);
  };
  const wanted = all.filter((column) => column.id.toLowerCase().includes(find.toLowerCase()));
  return (
    <Popover label="Columns" align="end" trigger={<Button>Columns · {shown.length}</Button>}>
      <div className="picker">
        <label className="check strong">
          <input type="checkbox" checked={differing} onChange={(event) => onDiffering(event.target.checked)} />
          only columns that differ
        </label>
        <div className="row">
          <input type="search" placeholder="find a column" aria-label="Find a column" value={find} onChange={(e) => setFind(e.target.value)} />
          <button type="button" onClick={() => onColumns(undefined)}>
            Default
          </button>
        </div>
        {GROUPS.map((group) => {
          const columns = wanted.filter((column) => column.group === group);
          if (columns.length === 0) return null;
          return (
            <fieldset key={group}>
              <legend>{group}</legend>
              {columns.map((column) => (
                <div key={column.id} className="pick-row">
                  <label className="check">
                    <input type="checkbox" checked={on.has(column.id)} onChange={() => toggle(column.id)} />
                    {group === "Metrics" || group === "Parameters" ? column.id.replace(/^(metrics|params)\./, "") : column.title}
                  </label>
                  {on.has(column.id) ? (
                    <span className="moves">
                      <button type="button" className="quiet" aria-label={`Move ${column.title} left`} onClick={() => move(column.id, -1)}>
                        ←
                      </button>
                      <button type="button" className="quiet" aria-label={`Move ${column.title} right`} onClick={() => move(column.id, 1)}>
                        →
                      </button>
                    </span>
                  ) : null}
                </div>
              ))}
            </fieldset>
          );
        })}
      </div>
    </Popover>
  );
}
