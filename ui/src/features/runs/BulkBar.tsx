import { useQuery } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Ban, Ellipsis, FolderInput, FolderLock, FolderOpen, Gauge, GitCompareArrows, type LucideIcon, Pause, Play, RotateCcw, Star, StarOff, Table2, Tag, Trash2, Undo2, X } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/client";
import type { Deed } from "../../api/curating";
import { keys } from "../../api/keys";
import { useMay } from "../../api/me";
import type { RunsScope } from "../../api/paths";
import { toProblem } from "../../api/problem";
import type { RunView } from "../../api/types";
import { Button, IconButton } from "../../components/controls/Button";
import { count } from "../../components/format";
import { useGo } from "../../components/navigation";
import { usePageActions } from "../../components/keyboard/actions";
import { confirm } from "../../components/overlays/confirm";
import { Menu, MenuItem } from "../../components/overlays/Menu";
import type { Curated, What } from "./CurateDialog";
import { reportOf } from "./reportOf";
import css from "./runs.module.css";
import { useChange } from "./useChange";
import { type RowSelection, selectOf } from "./useSelection";

interface Offer {
  label: string;
  words: string;
  icon: LucideIcon;
  deed: Deed;
}

/** Only with what it applies to: the service counts that. */
const OFFERS: Record<string, Offer> = {
  pause: { label: "Pause", words: "told to pause", icon: Pause, deed: { action: "pause" } },
  resume: { label: "Resume", words: "queued again", icon: Play, deed: { action: "resume" } },
  retry: { label: "Retry", words: "queued again", icon: RotateCcw, deed: { action: "retry" } },
  cancel: { label: "Cancel", words: "told to stop", icon: Ban, deed: { action: "cancel" } },
  delete: { label: "Delete", words: "deleted", icon: Trash2, deed: { delete: true } },
  restore: { label: "Restore", words: "restored", icon: Undo2, deed: { restore: true } },
};
/** More at once would say nothing to the eye. */
const COMPARED = 12;

interface Props {
  selection: RowSelection;
  scope: RunsScope;
  /** Runs of the table that are at hand. */
  loaded: readonly RunView[];
  onCurate: (curated: Curated) => void;
}

/** What can be asked of the selected runs: only what applies to some of them, with how many. */
export function BulkBar({ selection, scope, loaded, onCurate }: Props) {
  const go = useGo();
  const change = useChange();
  const [busy, setBusy] = useState<string | null>(null);
  const select = selectOf(selection, scope);
  const works = useMay().work();
  // What applies is counted by the service, which knows the states of runs that are not at hand.
  const checked = useQuery({ queryKey: keys.bulk(select), queryFn: () => api.checkBulk({ select }), staleTime: 2_000, enabled: works });
  const check = checked.data;
  const n = check ? check.applies + check.skips : selection.size;
  const whole = selection.all || selection.groups.size > 0;
  // Of runs named by id there are as many as there are; of a question there may be others by now.
  const expect = whole && check ? n : undefined;
  const known = loaded.filter((run) => selection.all || selection.ids.has(run.id));

  const ask = async (name: string, deed: Deed, words: string) => {
    setBusy(name);
    const taken = await change.bulk({ select, ...(expect === undefined ? {} : { expect }), do: deed }, words);
    setBusy(null);
    if (taken && ("delete" in deed || "restore" in deed || ("patch" in deed && deed.patch.archived !== undefined))) selection.clear();
  };
  const offer = async (name: string) => {
    const { deed, words } = OFFERS[name]!;
    const on = check?.actions[name] ?? 0;
    const sure = name !== "cancel" || (await confirm({ title: `Cancel ${count(on)} ${on === 1 ? "run" : "runs"}?`, text: "They stop at once and keep their checkpoints; they can be retried.", act: on === 1 ? "Cancel it" : "Cancel them", danger: true }));
    if (sure) await ask(name, deed, words);
  };
  const curate = (what: What) => onCurate({ what, select, n, expect, known });
  const applies = Object.keys(OFFERS).filter((name) => (check?.actions[name] ?? 0) > 0 && !(name === "delete" && scope.deleted));
  const archived = scope.archived === "only";
  const ready = check !== undefined && busy === null && n > 0;
  // What belongs to others is left as it is: nothing is offered where nothing is one's own.
  const own = check?.own ?? 0;
  const ofThem = own < n ? <span className="num">{count(own)}</span> : null;

  const compare = () => go(`/compare?${[...selection.ids].map((id) => `run=${id}`).join("&")}`);
  const compares = !scope.deleted && !whole && selection.ids.size > 1 && selection.ids.size <= COMPARED;
  const archive = () => void ask("archive", { patch: { archived: !archived } }, archived ? "out of the archive" : "archived");
  usePageActions([
    ...(compares ? [{ label: "Compare the selected runs", icon: GitCompareArrows, keys: "c", run: compare }] : []),
    ...(ready ? applies.map((name) => ({ label: `${OFFERS[name]!.label}: the selected runs`, icon: OFFERS[name]!.icon, run: () => void offer(name) })) : []),
    ...(ready && own > 0 && !scope.deleted
      ? [
          { label: "Star: the selected runs", icon: Star, run: () => void ask("star", { patch: { starred: true } }, "starred") },
          { label: "Tag: the selected runs", icon: Tag, run: () => curate("tags") },
          { label: `${archived ? "Take out of the archive" : "Archive"}: the selected runs`, icon: archived ? ArchiveRestore : Archive, run: archive },
          { label: "New report from the selected runs", icon: Table2, run: () => go(`/reports/new?${reportOf(select, known)}`) },
        ]
      : []),
    { label: "Clear the selection", icon: X, run: selection.clear },
  ]);

  return (
    <div className={css.bulk} role="region" aria-label="Selected runs">
      <strong className="num" role="status">
        {check || !selection.all ? count(n) : "…"} selected{selection.all ? ": all that match" : ""}
      </strong>
      {applies.map((name) => {
        const { label, icon } = OFFERS[name]!;
        const on = check!.actions[name]!;
        return (
          <Button key={name} size="s" icon={icon} kind={name === "cancel" || name === "delete" ? "danger" : "plain"} disabled={!ready} busy={busy === name} onClick={() => void offer(name)}>
            {label} {on < n ? <span className="num">{count(on)}</span> : null}
          </Button>
        );
      })}
      {scope.deleted ? null : (
        <>
          {!whole && selection.ids.size > 1 ? (
            <Button size="s" icon={GitCompareArrows} disabled={selection.ids.size > COMPARED} title={selection.ids.size > COMPARED ? `At most ${COMPARED} runs side by side` : undefined} onClick={compare}>
              Compare
            </Button>
          ) : null}
          {own > 0 ? (
            <>
              <Button size="s" icon={Star} disabled={!ready} onClick={() => void ask("star", { patch: { starred: true } }, "starred")}>
                Star {ofThem}
              </Button>
              <Button size="s" icon={Tag} disabled={!ready} onClick={() => curate("tags")}>
                Tag {ofThem}
              </Button>
              <Button size="s" icon={archived ? ArchiveRestore : Archive} disabled={!ready} onClick={archive}>
                {archived ? "Take out of the archive" : "Archive"} {ofThem}
              </Button>
              <Menu align="end" trigger={<IconButton size="s" icon={Ellipsis} label="More for the selected" disabled={!ready} />}>
                <MenuItem icon={Table2} onSelect={() => go(`/reports/new?${reportOf(select, known)}`)}>
                  New report from this selection
                </MenuItem>
                <MenuItem icon={StarOff} onSelect={() => void ask("star", { patch: { starred: false } }, "without a star")}>
                  Take the star away
                </MenuItem>
                <MenuItem icon={FolderLock} onSelect={() => void ask("keep", { patch: { pinned: true } }, "with all files kept")}>
                  Keep all files
                </MenuItem>
                <MenuItem icon={FolderOpen} onSelect={() => void ask("keep", { patch: { pinned: false } }, "with files kept as the project says")}>
                  No longer keep all files
                </MenuItem>
                <MenuItem icon={Gauge} onSelect={() => curate("priority")}>
                  Priority…
                </MenuItem>
                <MenuItem icon={FolderInput} onSelect={() => curate("experiment")}>
                  Move to an experiment…
                </MenuItem>
                {scope.archived === "true" ? (
                  <MenuItem icon={ArchiveRestore} onSelect={() => void ask("archive", { patch: { archived: false } }, "out of the archive")}>
                    Take out of the archive
                  </MenuItem>
                ) : null}
              </Menu>
            </>
          ) : null}
        </>
      )}
      {works && checked.isPending ? <span className="faint">looking at their states…</span> : null}
      {checked.error ? <span className={css.refused}>{toProblem(checked.error).message}</span> : null}
      <span className="grow" />
      <Button size="s" kind="quiet" icon={X} onClick={selection.clear}>
        Clear
      </Button>
    </div>
  );
}
