import { type ReactNode, useId } from "react";
import type { Problem } from "../../api/problem";
import type { Draft } from "./draft";

interface Props {
  draft: Draft;
  sweep: boolean;
  problem: Problem | undefined;
  onDraft: (draft: Draft) => void;
}

type TextKey = "experiment" | "name" | "seeds" | "draws" | "metric" | "parallel" | "priority";

/** What is said about the submission as a whole. */
export function SweepFields({ draft, sweep, problem, onDraft }: Props) {
  const text = (key: TextKey, label: string, placeholder: string, field: string = key) => (
    <Labelled label={label} problem={problem} field={field}>
      {(id, bad) => (
        <input
          id={id}
          type="text"
          aria-invalid={bad}
          placeholder={placeholder}
          value={draft[key]}
          onChange={(event) => onDraft({ ...draft, [key]: event.target.value })}
        />
      )}
    </Labelled>
  );
  return (
    <fieldset className="spec-group">
      <legend>{sweep ? "sweep" : "run"}</legend>
      <div className="fields">
        {text("experiment", "experiment", "default")}
        {text("name", "name", sweep ? "the experiment's name" : "made up")}
        {text("priority", "priority", "0 (higher goes first)")}
        {sweep ? (
          <>
            {text("seeds", "seeds", "the base's seed")}
            {text("parallel", "parallel", "4 runs at once")}
            {text("metric", "metric", "val/top1")}
            <Labelled label="goal" problem={problem} field="goal">
              {(id) => (
                <select id={id} value={draft.goal} onChange={(event) => onDraft({ ...draft, goal: event.target.value === "min" ? "min" : "max" })}>
                  <option value="max">max: larger is better</option>
                  <option value="min">min: smaller is better</option>
                </select>
              )}
            </Labelled>
            <Labelled label="sampler" problem={problem} field="sampler">
              {(id) => (
                <select id={id} value={draft.sampler} onChange={(event) => onDraft({ ...draft, sampler: event.target.value === "random" ? "random" : "grid" })}>
                  <option value="grid">grid: every combination</option>
                  <option value="random">random draws</option>
                </select>
              )}
            </Labelled>
            {draft.sampler === "random" ? text("draws", "draws", "20", "sampler.runs") : null}
          </>
        ) : null}
      </div>
      {Object.keys(draft.rest).length > 0 ? (
        <p className="hint">
          Also in it, as the YAML shows: <code>{Object.keys(draft.rest).join(", ")}</code>
        </p>
      ) : null}
    </fieldset>
  );
}

interface LabelledProps {
  label: string;
  field: string;
  problem: Problem | undefined;
  children: (id: string, bad: boolean) => ReactNode;
}

function Labelled({ label, field, problem, children }: LabelledProps) {
  const id = useId();
  const bad = problem?.field === field;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, bad)}
      {bad ? (
        <p className="wrong" role="alert">
          {problem.message}
        </p>
      ) : null}
    </div>
  );
}
