import { Filter, FilterX } from "lucide-react";
import type { RunView } from "../../api/types";
import { onlyFilter, withoutFilter } from "../../components/filterText";
import { Menu, MenuItem } from "../../components/overlays/Menu";
import type { Column } from "./columns";
import css from "./runs.module.css";

interface Props {
  run: RunView;
  column: Column;
  onClose: () => void;
  /** Adds a filter. */
  onOnly: (filter: string) => void;
}

/** Of the cell that was pressed with the other button: its value as a filter. */
export function CellMenu({ run, column, onClose, onOnly }: Props) {
  return (
    <Menu open onOpen={(open) => !open && onClose()} trigger={<button type="button" className={css.cellMenu} aria-label={`Filter by ${column.title}`} tabIndex={-1} />}>
      <MenuItem icon={Filter} hint={`${column.title} ${column.text(run, 0) || "none"}`} onSelect={() => onOnly(onlyFilter(column.id, column.raw(run)))}>
        Only this value
      </MenuItem>
      <MenuItem icon={FilterX} hint={`${column.title} ${column.text(run, 0) || "none"}`} onSelect={() => onOnly(withoutFilter(column.id, column.raw(run)))}>
        Without this value
      </MenuItem>
    </Menu>
  );
}
