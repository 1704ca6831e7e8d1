import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useId, useState } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { type Change, type Kept, order } from "../../api/order";
import { toProblem } from "../../api/problem";
import { Button, IconButton } from "../controls/Button";
import { Combobox } from "../controls/Combobox";
import { Field, TextField } from "../controls/TextField";
import { ErrorNote } from "../display/ErrorNote";
import { Dialog } from "../overlays/Dialog";
import { say, sayProblem } from "../overlays/toast";
import type { Thing } from "./OrderMenu";
import css from "./order.module.css";

interface Props {
  kept: Kept;
  thing: Thing;
  what: string;
  ended?: boolean;
  onChanged: () => unknown;
  onClose: () => void;
}

interface Written {
  name: string;
  experiment: string;
  priority: string;
  tags: [string, string][];
}

const tagsOf = (thing: Thing) => Object.entries(thing.tags ?? {});

/** Only what differs; a priority that is no number is sent as it is, to be refused in the service's words. */
export function changeOf(thing: Thing, written: Written): { to: Change; back: Change } {
  const to: Change = {};
  const back: Change = {};
  if (written.name.trim() !== thing.name) [to.name, back.name] = [written.name.trim(), thing.name];
  if (thing.experiment !== undefined && written.experiment.trim() !== thing.experiment) [to.experiment, back.experiment] = [written.experiment.trim(), thing.experiment];
  if (thing.priority !== undefined && Number(written.priority) !== thing.priority) {
    [to.priority, back.priority] = [(Number.isFinite(Number(written.priority)) ? Number(written.priority) : written.priority) as number, thing.priority];
  }
  const before = thing.tags ?? {};
  const after = Object.fromEntries(written.tags.map(([key, value]) => [key.trim(), value.trim()]).filter(([key]) => key !== ""));
  const set = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => before[key] !== after[key]);
  if (set.length > 0) {
    to.tags = Object.fromEntries(set.map((key) => [key, after[key] ?? null]));
    back.tags = Object.fromEntries(set.map((key) => [key, before[key] ?? null]));
  }
  return { to, back };
}

/** Name, place and tags in one form; what was changed can be undone. */
export function ChangeDialog({ kept, thing, what, ended = false, onChanged, onClose }: Props) {
  const form = useId();
  const [written, setWritten] = useState<Written>({ name: thing.name, experiment: thing.experiment ?? "", priority: String(thing.priority ?? ""), tags: tagsOf(thing) });
  const experiments = useQuery({ queryKey: keys.experiments, queryFn: api.experiments, enabled: thing.experiment !== undefined });
  const { to, back } = changeOf(thing, written);
  const nothing = Object.keys(to).length === 0;
  const save = useMutation({
    mutationFn: () => order.change(kept, thing.id, to),
    onSuccess: () => {
      onChanged();
      onClose();
      say(`Changed ${what}`, { undo: () => order.change(kept, thing.id, back).then(onChanged, (error: unknown) => sayProblem("Undo", error)) });
    },
  });
  const field = save.error ? toProblem(save.error).field : undefined;
  const wrong = (name: string) => (field === name ? toProblem(save.error).message : undefined);
  const setTag = (at: number, pair: [string, string] | undefined) => setWritten({ ...written, tags: written.tags.flatMap((old, i) => (i === at ? (pair ? [pair] : []) : [old])) });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Name, tags, place"
      foot={
        <Button kind="primary" type="submit" form={form} busy={save.isPending} disabled={nothing}>
          Save
        </Button>
      }
    >
      <form
        id={form}
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!nothing) save.mutate();
        }}
      >
        <Field label="Name" wrong={wrong("name")}>
          {(given) => <TextField {...given} value={written.name} onChange={(event) => setWritten({ ...written, name: event.target.value })} />}
        </Field>
        {thing.experiment === undefined ? null : (
          <Field label="Experiment" hint="A new name makes a new experiment." wrong={wrong("experiment")}>
            {(given) => <Combobox {...given} value={written.experiment} onValue={(experiment) => setWritten({ ...written, experiment })} choices={(experiments.data ?? []).map(({ name }) => ({ value: name }))} />}
          </Field>
        )}
        {thing.priority === undefined || ended ? null : (
          <Field label="Priority" hint="Higher is served first." wrong={wrong("priority")}>
            {(given) => <TextField {...given} inputMode="numeric" value={written.priority} onChange={(event) => setWritten({ ...written, priority: event.target.value })} />}
          </Field>
        )}
        <fieldset className={css.tags}>
          <legend>Tags</legend>
          {written.tags.map(([key, value], i) => (
            // The place in the list is the tag's identity while its name is being typed.
            <div key={i} className={css.tag}>
              <TextField aria-label={`Name of tag ${i + 1}`} placeholder="name" value={key} onChange={(event) => setTag(i, [event.target.value, value])} />
              <TextField aria-label={`Value of tag ${i + 1}`} placeholder="value" value={value} onChange={(event) => setTag(i, [key, event.target.value])} />
              <IconButton icon={X} label={`Remove tag ${i + 1}`} onClick={() => setTag(i, undefined)} />
            </div>
          ))}
          <Button size="s" icon={Plus} onClick={() => setWritten({ ...written, tags: [...written.tags, ["", ""]] })}>
            Add a tag
          </Button>
        </fieldset>
        {save.error && !(field && ["name", "experiment", "priority"].includes(field)) ? <ErrorNote error={save.error} /> : null}
      </form>
    </Dialog>
  );
}
