import { Archive, ArchiveRestore, Ban, Filter, FilterX, FolderLock, FolderOpen, Pause, Pencil, Play, RotateCcw, Star, StarOff, Target, Trash2, Undo2 } from "lucide-react";
import { useMay } from "../../api/me";
import type { RunView } from "../../api/types";
import { actionsOf } from "../../components/ActionBar";
import { confirm } from "../../components/overlays/confirm";
import { onlyFilter, withoutFilter } from "../../components/filterText";
import { Menu, MenuItem, MenuLine, MenuMore } from "../../components/overlays/Menu";
import type { Column } from "./columns";
import { RowMenuButton } from "./RowMenuButton";
import { useChange } from "./useChange";

const ACTS = {
  pause: { label: "Pause", words: "told to pause", icon: Pause },
  resume: { label: "Resume", words: "queued again", icon: Play },
  retry: { label: "Retry", words: "queued again", icon: RotateCcw },
  cancel: { label: "Cancel", words: "told to stop", icon: Ban },
};

interface Props {
  run: RunView;
  onClose: () => void;
  /** Opens what asks for its name, tags and place. */
  onChange: () => void;
  onBase?: (() => void) | undefined;
  based?: boolean;
  /** Those whose values can be a filter are offered as one. */
  columns?: readonly { column: Column }[];
  onOnly?: (filter: string) => void;
}

export function RowMenu({ run, onClose, onChange, onBase, based = false, columns = [], onOnly }: Props) {
  const change = useChange();
  const changes = useMay().change(run);
  const select = { ids: [run.id] };
  const cancel = async () => {
    const sure = await confirm({ title: `Cancel ${run.name}?`, text: "It stops at once and keeps its checkpoints; it can be retried.", act: "Cancel it", danger: true });
    if (sure) await change.bulk({ select, do: { action: "cancel" } }, ACTS.cancel.words);
  };
  const actions = run.deletedAt || !changes ? [] : actionsOf(run.state, run.external);
  const undeletable = run.pinned ? "(all files are kept)" : actions.includes("cancel") ? "(cancel it first)" : undefined;
  const equal = onOnly ? columns.map(({ column }) => column).filter((column) => column.equals) : [];
  return (
    <Menu open onOpen={(open) => !open && onClose()} align="end" trigger={<RowMenuButton name={run.name} />}>
      {run.deletedAt && changes ? (
        <MenuItem icon={Undo2} onSelect={() => void change.bulk({ select, do: { restore: true } }, "restored")}>
          Restore
        </MenuItem>
      ) : (
        <>
          {actions.map((action) => (
            <MenuItem key={action} icon={ACTS[action].icon} onSelect={() => void (action === "cancel" ? cancel() : change.bulk({ select, do: { action } }, ACTS[action].words))}>
              {ACTS[action].label}
            </MenuItem>
          ))}
          {actions.length > 0 ? <MenuLine /> : null}
          {changes ? (
            <>
              <MenuItem icon={run.starred ? StarOff : Star} keys="s" onSelect={() => void change.put(run, { starred: !run.starred }, run.starred ? "without a star" : "starred")}>
                {run.starred ? "Take the star away" : "Star"}
              </MenuItem>
              <MenuItem icon={Pencil} onSelect={onChange}>
                Name, tags, place…
              </MenuItem>
            </>
          ) : null}
          {onBase ? (
            <MenuItem icon={Target} keys="b" onSelect={onBase}>
              {based ? "No longer the baseline" : "Make it the baseline"}
            </MenuItem>
          ) : null}
          {equal.length > 0 ? (
            <>
              <MenuMore icon={Filter} label="Only runs with its…">
                {equal.map((column) => (
                  <MenuItem key={column.id} hint={column.text(run, 0) || "none"} onSelect={() => onOnly?.(onlyFilter(column.id, column.raw(run)))}>
                    {column.title}
                  </MenuItem>
                ))}
              </MenuMore>
              <MenuMore icon={FilterX} label="Without runs with its…">
                {equal.map((column) => (
                  <MenuItem key={column.id} hint={column.text(run, 0) || "none"} onSelect={() => onOnly?.(withoutFilter(column.id, column.raw(run)))}>
                    {column.title}
                  </MenuItem>
                ))}
              </MenuMore>
            </>
          ) : null}
          {changes ? (
            <>
              <MenuLine />
              <MenuItem icon={run.archived ? ArchiveRestore : Archive} onSelect={() => void change.put(run, { archived: !run.archived }, run.archived ? "out of the archive" : "archived")}>
                {run.archived ? "Take out of the archive" : "Archive"}
              </MenuItem>
              <MenuItem icon={run.pinned ? FolderOpen : FolderLock} onSelect={() => void change.put(run, { pinned: !run.pinned }, run.pinned ? "keeps what the project says" : "keeps all its files")}>
                {run.pinned ? "No longer keep all files" : "Keep all files"}
              </MenuItem>
              <MenuItem icon={Trash2} danger disabled={undeletable !== undefined} hint={undeletable} onSelect={() => void change.bulk({ select, do: { delete: true } }, "deleted")}>
                Delete
              </MenuItem>
            </>
          ) : null}
        </>
      )}
    </Menu>
  );
}
