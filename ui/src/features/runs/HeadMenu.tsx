import { ChevronDown } from "lucide-react";
import { Menu, MenuChoice, MenuItem, MenuLine } from "../../components/overlays/Menu";
import type { HeadProps } from "./HeadCell";
import css from "./runs.module.css";

/** What can be done with a column. */
export function HeadMenu({ column, sort, left, grouped, before, afterNext, first, last, ...on }: HeadProps) {
  const direction = sort === column.id ? "ascending" : sort === `-${column.id}` ? "descending" : "none";
  return (
    <Menu
      align="end"
      trigger={
        <button type="button" className={css.headMenu} aria-label={`Column ${column.title}`}>
          <ChevronDown size={14} aria-hidden="true" />
        </button>
      }
    >
      {column.sorts ? (
        <>
          <MenuChoice checked={direction === "descending"} onChecked={(on_) => on.onSort(on_ ? `-${column.id}` : undefined)}>
            Largest or newest first
          </MenuChoice>
          <MenuChoice checked={direction === "ascending"} onChecked={(on_) => on.onSort(on_ ? column.id : undefined)}>
            Smallest or oldest first
          </MenuChoice>
          <MenuLine />
          {column.id === "name" || column.section === "Metrics" ? null : (
            <MenuChoice checked={grouped} onChecked={() => on.onGroup(column.id)}>
              Group by it
            </MenuChoice>
          )}
        </>
      ) : null}
      {column.sorts ? <MenuItem onSelect={() => on.onFilter(column.id)}>Filter by it…</MenuItem> : null}
      {column.id === "name" ? null : (
        <>
          <MenuChoice checked={left !== undefined} onChecked={() => on.onPin(column.id)}>
            Keep in sight
          </MenuChoice>
          <MenuItem disabled={first} onSelect={() => on.onMove(column.id, before)}>
            Move left
          </MenuItem>
          <MenuItem disabled={last} onSelect={() => on.onMove(column.id, afterNext)}>
            Move right
          </MenuItem>
          <MenuItem onSelect={() => on.onHide(column.id)}>Hide</MenuItem>
        </>
      )}
    </Menu>
  );
}
