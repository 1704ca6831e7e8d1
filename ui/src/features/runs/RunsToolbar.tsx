import { Target } from "lucide-react";
import { lazy, type RefObject, Suspense, useState } from "react";
import { Button } from "../../components/controls/Button";
import { Tag } from "../../components/display/Badge";
import { FilterBox } from "./FilterBox";
import css from "./runs.module.css";
import { TASK_NAMES, tasksOf, toggled } from "./search";
import type { ToolbarProps } from "./ToolbarMenus";

/** Menus are opened after the table was seen. */
const ToolbarMenus = lazy(() => import("./ToolbarMenus").then((module) => ({ default: module.ToolbarMenus })));

interface Props extends ToolbarProps {
  filterBox: RefObject<HTMLInputElement | null>;
  /** See `FilterBox`. */
  judge: (filters: string[]) => Promise<unknown>;
  /** A filter that was begun elsewhere: it stands in the box, to be written on. */
  begun: { text: string; time: number };
}

/** What narrows the table, and the choices that are shown of it. */
export function RunsToolbar(props: Props) {
  const { view, set, scope, filterBox, judge, begun } = props;
  const withFilter = (expression: string) => [...(view.filter ?? []).filter((one) => one !== expression), expression];
  // A filter that is pressed goes back into the box; each time the box begins anew.
  const [edited, setEdited] = useState(begun);
  const [seen, setSeen] = useState(begun);
  if (seen !== begun) {
    setSeen(begun);
    setEdited({ text: begun.text, time: edited.time + 1 });
  }
  const edit = (filter: string) => {
    setEdited((last) => ({ text: filter, time: last.time + 1 }));
    set({ filter: toggled(view.filter, filter) });
  };
  const chips = (view.filter?.length ?? 0) + (view.state?.length ?? 0) + (view.group?.length ?? 0) > 0 || Boolean(view.base ?? view.tasks ?? view.starred ?? view.archived ?? view.deleted);
  return (
    <div className={css.page}>
      <div className={css.bar}>
        <FilterBox key={edited.time} start={edited.text} scope={scope} box={filterBox} judge={(expression) => judge(withFilter(expression))} onAdd={(expression) => set({ filter: withFilter(expression) })} />
        <Suspense fallback={<span className={css.toolsToCome} />}>
          <ToolbarMenus {...props} />
        </Suspense>
      </div>
      {chips ? (
        <div className={css.chips} role="group" aria-label="What is shown">
          {view.state?.map((state) => (
            <Tag key={state} label={state.toLowerCase()} onRemove={() => set({ state: toggled(view.state, state) })}>
              {state.toLowerCase()}
            </Tag>
          ))}
          {view.filter?.map((filter) => (
            <Tag key={filter} label={`filter ${filter}`} onPress={() => edit(filter)} title="Write it anew" onRemove={() => set({ filter: toggled(view.filter, filter) })}>
              <code>{filter}</code>
            </Tag>
          ))}
          {tasksOf(view) !== "with" ? (
            <Tag label={TASK_NAMES[tasksOf(view)]} title="A task evaluates, analyses or inverts a run" onRemove={() => set({ tasks: view.group ? "with" : undefined })}>
              {TASK_NAMES[tasksOf(view)]}
            </Tag>
          ) : view.tasks ? (
            <Tag label={TASK_NAMES.with} title="A task evaluates, analyses or inverts a run" onRemove={() => set({ tasks: undefined })}>
              {TASK_NAMES.with}
            </Tag>
          ) : null}
          {view.starred ? (
            <Tag label="starred alone" onRemove={() => set({ starred: undefined })}>
              starred
            </Tag>
          ) : null}
          {view.archived ? (
            <Tag label="archived" onRemove={() => set({ archived: undefined })}>
              {view.archived === "only" ? "archived" : "archived too"}
            </Tag>
          ) : null}
          {view.deleted ? (
            <Tag label="deleted" onRemove={() => set({ deleted: undefined })}>
              deleted
            </Tag>
          ) : null}
          {view.group?.map((field) => (
            <Tag key={field} label={`group by ${field}`} onRemove={() => set({ group: toggled(view.group, field) })}>
              by <code>{field.replace(/^params\./, "")}</code>
            </Tag>
          ))}
          {view.base ? (
            <Tag label="baseline" onRemove={() => set({ base: undefined })}>
              <Target size={13} aria-hidden="true" /> baseline
            </Tag>
          ) : null}
          <Button size="s" kind="quiet" onClick={() => set({ filter: undefined, state: undefined, group: undefined, base: undefined, tasks: undefined, starred: undefined, archived: undefined, deleted: undefined })}>
            Clear all
          </Button>
        </div>
      ) : null}
    </div>
  );
}
