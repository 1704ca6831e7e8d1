import { Archive, ArchiveRestore, FolderLock, FolderOpen, MoreHorizontal, Pencil, Star, StickyNote, Trash2 } from "lucide-react";
import { useState } from "react";
import { useMay } from "../../api/me";
import { type Change, type Kept, type Marks, order } from "../../api/order";
import { IconButton } from "../controls/Button";
import { usePageActions } from "../keyboard/actions";
import { useShortcuts } from "../keyboard/shortcuts";
import { Menu, MenuItem, MenuLine } from "../overlays/Menu";
import { say, sayProblem } from "../overlays/toast";
import { ChangeDialog } from "./ChangeDialog";
import css from "./order.module.css";

export interface Thing extends Marks {
  /** Of an experiment its name. */
  id: string;
  name: string;
  experiment?: string;
  priority?: number;
  /** Of a run: all its files stay, and it is not deleted. */
  pinned?: boolean;
  project?: string | null | undefined;
  createdBy?: string | null | undefined;
}

interface Props {
  kept: Kept;
  thing: Thing;
  /** What it is called in a sentence. */
  what: string;
  /** It has ended: nothing waits for its turn any more. */
  ended?: boolean;
  /** Something became of it: what shows it reads it again. */
  onChanged: () => unknown;
  onNote?: () => void;
  /** Whether `s` and `r` mean it: not where many stand on a page. */
  withKeys?: boolean;
}

/** Starred or not, at once. */
function StarButton({ kept, thing, what, onChanged, withKeys = true }: Props) {
  const star = () =>
    order.change(kept, thing.id, { starred: !thing.starred }).then(onChanged, (error: unknown) => sayProblem(`Star ${what}`, error));
  return <IconButton icon={Star} label={`${thing.starred ? "Take the star off" : "Star"} ${what}`} {...(withKeys ? { keys: "s" } : {})} aria-pressed={thing.starred ?? false} className={thing.starred ? css.starred : undefined} onClick={() => void star()} />;
}

/** Everything that keeps order, and undoes it; for whoever may. */
export function OrderMenu(props: Props) {
  const may = useMay();
  if (may.change(props.thing)) return <Keeping {...props} />;
  if (!props.onNote || !may.work(props.thing.project ?? undefined)) return null;
  return <IconButton icon={StickyNote} label={`Write a note on ${props.what}`} onClick={props.onNote} />;
}

function Keeping(props: Props) {
  const { kept, thing, what, onChanged, onNote, withKeys = true } = props;
  const [open, setOpen] = useState(false);
  const tell = (text: string, undo: () => Promise<unknown>) => say(text, { undo: () => undo().then(onChanged, (error: unknown) => sayProblem("Undo", error)) });
  const doing = async (named: string, act: () => Promise<unknown>, undo?: () => Promise<unknown>) => {
    try {
      await act();
    } catch (error) {
      sayProblem(named, error);
      return;
    }
    onChanged();
    if (undo) tell(named, undo);
  };
  const change = (named: string, to: Change, back: Change) => doing(named, () => order.change(kept, thing.id, to), () => order.change(kept, thing.id, back));
  const ownKeys = [
    { keys: "s", label: "Star it, or take the star off", group: "This page", run: () => void order.change(kept, thing.id, { starred: !thing.starred }).then(onChanged, (error: unknown) => sayProblem(`Star ${what}`, error)) },
    { keys: "r", label: "Name, tags, place", group: "This page", run: () => setOpen(true) },
  ];
  useShortcuts(withKeys ? ownKeys : []);
  const archive = () => void (thing.archived ? change(`Taken out of the archive: ${thing.name}`, { archived: false }, { archived: true }) : change(`Archived: ${thing.name}`, { archived: true }, { archived: false }));
  usePageActions(
    withKeys
      ? [
          { label: `${thing.starred ? "Take the star off" : "Star"}: ${what}`, icon: Star, keys: "s", run: ownKeys[0]!.run },
          { label: `Name, tags, place: ${what}`, icon: Pencil, keys: "r", run: ownKeys[1]!.run },
          ...(onNote ? [{ label: `Write a note: ${what}`, icon: StickyNote, run: onNote }] : []),
          { label: `${thing.archived ? "Take out of the archive" : "Archive"}: ${what}`, icon: thing.archived ? ArchiveRestore : Archive, run: archive },
        ]
      : [],
  );
  return (
    <>
      <StarButton {...props} />
      <Menu align="end" trigger={<IconButton icon={MoreHorizontal} label={withKeys ? "More" : `More for ${thing.name}`} />}>
        <MenuItem icon={Pencil} {...(withKeys ? { keys: "r" } : {})} onSelect={() => setOpen(true)}>
          Name, tags, place…
        </MenuItem>
        {onNote ? (
          <MenuItem icon={StickyNote} onSelect={onNote}>
            Write a note
          </MenuItem>
        ) : null}
        <MenuLine />
        {thing.archived ? (
          <MenuItem icon={ArchiveRestore} onSelect={archive}>
            Take out of the archive
          </MenuItem>
        ) : (
          <MenuItem icon={Archive} onSelect={archive}>
            Archive
          </MenuItem>
        )}
        {kept === "runs" ? (
          <MenuItem
            icon={thing.pinned ? FolderOpen : FolderLock}
            onSelect={() => void change(thing.pinned ? `Files go again as the project says: ${thing.name}` : `All files kept: ${thing.name}`, { pinned: !thing.pinned }, { pinned: thing.pinned ?? false })}
          >
            {thing.pinned ? "No longer keep all files" : "Keep all files"}
          </MenuItem>
        ) : null}
        {thing.deletedAt ? (
          <MenuItem icon={ArchiveRestore} onSelect={() => void doing(`Restored: ${thing.name}`, () => order.restore(kept, thing.id), () => order.remove(kept, thing.id))}>
            Restore
          </MenuItem>
        ) : (
          <MenuItem icon={Trash2} danger disabled={thing.pinned ?? false} hint={thing.pinned ? "(all files are kept)" : undefined} onSelect={() => void doing(`Deleted: ${thing.name}`, () => order.remove(kept, thing.id), () => order.restore(kept, thing.id))}>
            Delete
          </MenuItem>
        )}
      </Menu>
      {open ? <ChangeDialog {...props} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
