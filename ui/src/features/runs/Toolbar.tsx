import { type FormEvent, type ReactNode, type RefObject, useEffect, useState } from "react";
import { RUN_STATES } from "../../api/types";
import type { RunsView } from "./view";

interface Props {
  view: RunsView;
  onView: (view: RunsView) => void;
  searchBox: RefObject<HTMLInputElement | null>;
  children?: ReactNode;
}

/** Waits for a pause in typing before the service is asked. */
const PAUSE_MS = 250;

export function Toolbar({ view, onView, searchBox, children }: Props) {
  const [typed, setTyped] = useState(view.search);
  const [expression, setExpression] = useState("");
  const [seen, setSeen] = useState(view.search);
  if (seen !== view.search) {
    setSeen(view.search);
    setTyped(view.search);
  }
  useEffect(() => {
    if (typed === view.search) return undefined;
    const timer = setTimeout(() => onView({ ...view, search: typed }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, view, onView]);

  const toggle = (state: RunsView["states"][number]) => {
    const states = view.states.includes(state) ? view.states.filter((s) => s !== state) : [...view.states, state];
    onView({ ...view, states });
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    const text = expression.trim();
    if (text && !view.filters.includes(text)) onView({ ...view, filters: [...view.filters, text] });
    setExpression("");
  };
  const drop = (filter: string) => onView({ ...view, filters: view.filters.filter((f) => f !== filter) });

  return (
    <div className="toolbar">
      <div className="row wrap">
        <input
          ref={searchBox}
          type="search"
          className="grow-s"
          placeholder="Search names  ( / )"
          aria-label="Search names"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <form onSubmit={add} className="grow">
          <input
            type="text"
            className="mono"
            placeholder="Filter: metrics.val/top1 >= 80"
            aria-label="Filter expression"
            title="field operator value; fields: params.<path>, metrics.<key>, metrics.<key>.best, name, state. Operators: = != < <= > >= ~"
            value={expression}
            onChange={(event) => setExpression(event.target.value)}
          />
        </form>
        {children}
      </div>
      <div className="row wrap chips" role="group" aria-label="States">
        {RUN_STATES.map((state) => (
          <button
            key={state}
            type="button"
            className="chip"
            aria-pressed={view.states.includes(state)}
            onClick={() => toggle(state)}
          >
            {state.toLowerCase()}
          </button>
        ))}
        {view.filters.map((filter) => (
          <span key={filter} className="chip chip-on mono">
            {filter}
            <button type="button" className="quiet" aria-label={`Remove filter ${filter}`} onClick={() => drop(filter)}>
              ×
            </button>
          </span>
        ))}
      </div>
    </div>
  );
}
