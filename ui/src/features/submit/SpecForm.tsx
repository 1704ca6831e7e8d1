import { useMemo } from "react";
import type { Problem } from "../../api/problem";
import type { Json, JsonObject } from "../../api/types";
import { AxesEditor } from "./AxesEditor";
import { type Draft, getAt, inSpec, type Kind, setAt } from "./draft";
import { Folded } from "./Folded";
import { type Field, leaves } from "./schema";
import { SpecField, Wrong } from "./SpecField";
import { SweepFields } from "./SweepFields";

interface Props {
  /** Those of a sweep; a run's are its base's. */
  fields: readonly Field[];
  draft: Draft;
  kind: Kind;
  problem: Problem | undefined;
  onDraft: (draft: Draft) => void;
}

/** What nearly every submission says, in this order; the rest has defaults that do. */
const ESSENTIAL = ["dataset", "method", "schedule", "optimizer"];
const rank = (name: string) => (ESSENTIAL.includes(name) ? ESSENTIAL.indexOf(name) : ESSENTIAL.length);

/** Parts that act only where another field says so. */
const ONLY: Record<string, (base: JsonObject) => boolean> = {
  pretrain: (base) => base.task === "pretrain",
  of: (base) => LOOKS.includes(base.task),
  look: (base) => base.task === "analyse" || base.task === "invert",
};

/** Tasks on a finished run: how that was trained is said by its own spec. */
const LOOKS: readonly (Json | undefined)[] = ["evaluate", "analyse", "invert"];
const OF_TRAINING = ["method", "classifier", "optimizer", "schedule", "augment", "training", "select", "validateOn", "preset", "microBatch", "devices", "checkpoint"];
/** A pretraining makes its own backbone. */
const NOT_OF_PRETRAINING = ["method", "backbone", "classifier"];

/** What a program's spec says; of every other task it says nothing, and they nothing of these. */
const OF_PROGRAMS = ["command", "params", "env", "cwd", "code", "setup", "secrets"];
const OF_ALL = ["task", "seed"];
const ofTask = (name: string, task: Json | undefined) =>
  OF_ALL.includes(name) ||
  (OF_PROGRAMS.includes(name) === (task === "command") && !(LOOKS.includes(task) && OF_TRAINING.includes(name)) && !(task === "pretrain" && NOT_OF_PRETRAINING.includes(name)));

/** The document as fields, essentials first. */
export function SpecForm({ fields, draft, kind, problem, onDraft }: Props) {
  const base = fields.find((field) => field.name === "base");
  const parts = useMemo(() => (base?.kind === "group" ? base.fields : []), [base]);
  const paths = useMemo(() => leaves(parts).map(inSpec), [parts]);
  const set = (path: string, value: Json | undefined) => onDraft({ ...draft, tree: setAt(draft.tree, path, value) });
  const spec = (getAt(draft.tree, "base") ?? {}) as JsonObject;
  const draw = (field: Field) => <SpecField key={field.path} field={field} spec={draft.tree} problem={problem} onChange={set} />;
  const applies = (field: Field) => ((ONLY[field.name]?.(spec) ?? true) && ofTask(field.name, spec.task)) || spec[field.name] !== undefined;
  const plain = parts.filter((field) => field.kind !== "group" && field.kind !== "variants" && applies(field));
  const grouped = parts.filter((field) => (field.kind === "group" || field.kind === "variants") && applies(field));
  const open = (field: Field) => rank(field.name) < ESSENTIAL.length || spec[field.name] !== undefined || (problem?.field !== undefined && inSpec(problem.field).startsWith(field.name));
  return (
    <form className="stack" onSubmit={(event) => event.preventDefault()} aria-label="Spec">
      <SweepFields fields={fields} tree={draft.tree} kind={kind} problem={problem} onChange={set} />
      {kind === "sweep" ? <AxesEditor axes={draft.axes} paths={paths} problem={problem} onAxes={(axes) => onDraft({ ...draft, axes })} /> : null}
      {grouped
        .sort((a, b) => rank(a.name) - rank(b.name))
        .map((field) => (
          <Folded key={field.path} name={field.name} about={field.description} open={open(field)}>
            {draw(field)}
          </Folded>
        ))}
      {plain.length > 0 ? (
        <fieldset className="spec-group">
          <legend>{kind === "sweep" ? "base" : "spec"}</legend>
          <div className="fields">{plain.map(draw)}</div>
          <Wrong problem={problem} path="base" />
        </fieldset>
      ) : null}
    </form>
  );
}
