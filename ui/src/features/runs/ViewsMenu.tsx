import { useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { Bookmark, BookmarkPlus, Pencil, Save, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { api } from "../../api/client";
import type { SavedView, SavedViewAsk } from "../../api/curating";
import { keys } from "../../api/keys";
import { useMay } from "../../api/me";
import { toProblem } from "../../api/problem";
import { Button } from "../../components/controls/Button";
import { useGo } from "../../components/navigation";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from "../../components/overlays/Menu";
import { say, sayProblem } from "../../components/overlays/toast";
import { type RawSearch, useSetSearch } from "../../components/search";
import css from "./runs.module.css";
import type { RunsSearch } from "./search";
import { useViews } from "./useViews";
import { addressOf, PAGE, placeOf, sameAddress } from "./views";

const ViewDialog = lazy(() => import("./ViewDialog").then((module) => ({ default: module.ViewDialog })));

const askOf = (view: SavedView): SavedViewAsk => ({ name: view.name, page: view.page, address: view.address, first: view.first, ...(view.experiment ? { experiment: view.experiment } : {}) });

interface Props {
  experiment: string | undefined;
  /** Columns as they are shown. */
  cols: readonly string[];
}

/** Named views: everybody in the lab sees them, and each is an address. */
export function ViewsMenu({ experiment, cols }: Props) {
  const raw: RawSearch = useSearch({ strict: false });
  const views = useViews();
  const cache = useQueryClient();
  const go = useGo();
  const set = useSetSearch<RunsSearch>();
  const may = useMay();
  const [asked, setAsked] = useState<SavedView | "new" | null>(null);
  const here = addressOf(raw, cols);
  const all = views.data ?? [];
  const open = all.find((view) => view.id === raw.view);
  const changed = open !== undefined && !sameAddress(open.address, here);
  const again = () => cache.invalidateQueries({ queryKey: keys.views(PAGE) });

  const change = async (view: SavedView, part: Partial<SavedViewAsk>, words: string) => {
    try {
      await api.changeView(view.id, { ...askOf(view), ...part });
      say(words);
    } catch (fault) {
      sayProblem(`The view ${view.name} was not changed`, fault);
    }
    void again();
  };
  const remove = async (view: SavedView) => {
    try {
      await api.deleteView(view.id);
      set({ view: undefined }, "replace");
      say(`The view ${view.name} is deleted`, { undo: () => api.makeView(askOf(view)).then(again, (fault: unknown) => sayProblem(`The view ${view.name} could not be made again`, fault)) });
    } catch (fault) {
      sayProblem(`The view ${view.name} was not deleted`, fault);
    }
    void again();
  };
  const listed = (of: string | undefined) => all.filter((view) => (view.experiment ?? undefined) === of);
  const groups = [
    ...(experiment ? [{ title: `Views of ${experiment}`, views: listed(experiment) }] : []),
    { title: experiment ? "Views of any experiment" : "Views", views: listed(undefined) },
    ...(experiment ? [] : [{ title: "Of one experiment", views: all.filter((view) => view.experiment) }]),
  ].filter((group) => group.views.length > 0);

  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button icon={Bookmark} aria-pressed={open !== undefined}>
            {open ? <span className={css.viewName}>{open.name}{changed ? <span className="faint"> changed</span> : null}</span> : "Views"}
          </Button>
        }
      >
        {groups.map((group) => (
          <div key={group.title}>
            <MenuHeading>{group.title}</MenuHeading>
            {group.views.map((view) => (
              <MenuChoice key={view.id} checked={view.id === open?.id} onChecked={() => go(placeOf(view, experiment))}>
                {view.name}
                {view.experiment && !experiment ? <span className="faint"> {view.experiment}</span> : null}
                {view.first ? <span className="faint"> opens first</span> : null}
              </MenuChoice>
            ))}
          </div>
        ))}
        {views.error ? <MenuHeading>{toProblem(views.error).message}</MenuHeading> : null}
        {groups.length > 0 && may.work() ? <MenuLine /> : null}
        {groups.length === 0 && !may.work() ? <MenuHeading>No view is kept yet</MenuHeading> : null}
        {open && changed && may.change(open) ? (
          <MenuItem icon={Save} onSelect={() => void change(open, { address: here }, `The view ${open.name} is as it is shown`)}>
            Save the changes
          </MenuItem>
        ) : null}
        {may.work() ? (
          <MenuItem icon={BookmarkPlus} onSelect={() => setAsked("new")}>
            Save as a view…
          </MenuItem>
        ) : null}
        {open && may.change(open) ? (
          <>
            <MenuItem icon={Pencil} onSelect={() => setAsked(open)}>
              Name and place…
            </MenuItem>
            <MenuItem icon={Trash2} danger onSelect={() => void remove(open)}>
              Delete {open.name}
            </MenuItem>
          </>
        ) : null}
      </Menu>
      {asked ? (
        <Suspense>
          <ViewDialog
            view={asked === "new" ? undefined : asked}
            experiment={asked === "new" ? experiment : (asked.experiment ?? experiment)}
            address={asked === "new" ? here : asked.address}
            onClose={() => setAsked(null)}
            onDone={(view) => {
              setAsked(null);
              void again();
              set({ view: view.id }, "replace");
              say(`The view ${view.name} is kept`, { detail: "Its address brings it back for everybody in the lab." });
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
