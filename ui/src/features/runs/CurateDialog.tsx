import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { api } from "../../api/client";
import type { BulkSelect } from "../../api/curating";
import { keys } from "../../api/keys";
import type { Change } from "../../api/order";
import type { KeyCatalogue } from "../../api/overRuns";
import type { RunView } from "../../api/types";
import { Button } from "../../components/controls/Button";
import { Combobox } from "../../components/controls/Combobox";
import { Field, TextField } from "../../components/controls/TextField";
import { Tag } from "../../components/display/Badge";
import { count } from "../../components/format";
import { Dialog } from "../../components/overlays/Dialog";
import css from "./runs.module.css";
import { useChange } from "./useChange";

export type What = "tags" | "priority" | "experiment";

/** What is to be changed, and of which runs. */
export interface Curated {
  what: What;
  select: BulkSelect;
  n: number;
  expect: number | undefined;
  /** Those of them that are at hand. */
  known: readonly RunView[];
}

const TITLE: Record<What, string> = { tags: "Tags of", priority: "Priority of", experiment: "Move" };

interface Props {
  curated: Curated;
  catalogue: KeyCatalogue | undefined;
  onClose: () => void;
}

/** Asks for tags, a priority or an experiment of many runs. */
export function CurateDialog({ curated, catalogue, onClose }: Props) {
  const form = useId();
  const { what, n } = curated;
  const whom = `${count(n)} ${n === 1 ? "run" : "runs"}`;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${TITLE[what]} ${whom}`}
      foot={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="primary" type="submit" form={form}>
            {what === "experiment" ? "Move" : "Set"}
          </Button>
        </>
      }
    >
      <Fields key={what} id={form} curated={curated} catalogue={catalogue} onClose={onClose} />
    </Dialog>
  );
}

function Fields({ id, curated, catalogue, onClose }: { id: string; curated: Curated; catalogue: KeyCatalogue | undefined; onClose: () => void }) {
  const { what, select, expect, known } = curated;
  const change = useChange();
  const [wrong, setWrong] = useState("");
  const [priority, setPriority] = useState("0");
  const [experiment, setExperiment] = useState("");
  const [tags, setTags] = useState<Record<string, string | null>>({});
  const [tag, setTag] = useState({ key: "", value: "" });
  const experiments = useQuery({ queryKey: keys.experiments, queryFn: api.experiments, enabled: what === "experiment" });

  const asked = (): { patch: Change; words: string } | string => {
    switch (what) {
      case "priority": {
        const n = Number(priority);
        return Number.isInteger(n) && n >= -100 && n <= 100 && priority.trim() !== "" ? { patch: { priority: n }, words: `with priority ${n}` } : "A whole number from -100 to 100.";
      }
      case "experiment":
        return experiment.trim() === "" ? "An experiment needs a name." : { patch: { experiment: experiment.trim() }, words: `moved to ${experiment.trim()}` };
      case "tags": {
        const all = tag.key.trim() === "" ? tags : { ...tags, [tag.key.trim()]: tag.value.trim() };
        return Object.keys(all).length === 0 ? "Name a tag, or take one away." : { patch: { tags: all }, words: "tagged" };
      }
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = asked();
    if (typeof found === "string") {
      setWrong(found);
      return;
    }
    onClose();
    void change.bulk({ select, ...(expect === undefined ? {} : { expect }), do: { patch: found.patch } }, found.words);
  };
  const add = () => {
    if (tag.key.trim() === "") return;
    setTags({ ...tags, [tag.key.trim()]: tag.value.trim() });
    setTag({ key: "", value: "" });
  };
  return (
    <form id={id} onSubmit={submit} className={css.curate} noValidate>
      {what === "priority" ? (
        <Field label="Priority" hint="-100 to 100. Higher is queued before lower." wrong={wrong}>
          {(given) => <TextField {...given} type="number" min={-100} max={100} step={1} value={priority} onChange={(event) => setPriority(event.target.value)} />}
        </Field>
      ) : null}
      {what === "experiment" ? (
        <Field label="Experiment" hint="It is made if it is new. Runs of a sweep stay with their sweep." wrong={wrong}>
          {(given) => <Combobox {...given} value={experiment} onValue={setExperiment} choices={(experiments.data ?? []).map((one) => ({ value: one.name }))} />}
        </Field>
      ) : null}
      {what === "tags" ? (
        <>
          <Tags known={known} changes={tags} onChange={setTags} />
          <div className={css.tagFields}>
            <Field label="Tag" wrong={wrong}>
              {(given) => <Combobox {...given} value={tag.key} onValue={(key) => setTag({ ...tag, key })} choices={(catalogue?.tags ?? []).map((one) => ({ value: one.key, hint: `${count(one.runs)} runs` }))} />}
            </Field>
            <Field label="Value" sub="may be empty">
              {(given) => <TextField {...given} value={tag.value} maxLength={500} onChange={(event) => setTag({ ...tag, value: event.target.value })} />}
            </Field>
            <Button onClick={add} disabled={tag.key.trim() === ""}>
              Another
            </Button>
          </div>
        </>
      ) : null}
    </form>
  );
}

/** Tags that some of the runs have, or will have. */
function Tags({ known, changes, onChange }: { known: readonly RunView[]; changes: Record<string, string | null>; onChange: (changes: Record<string, string | null>) => void }) {
  const found = new Map<string, string>();
  for (const run of known) for (const [key, value] of Object.entries(run.tags ?? {})) found.set(key, found.has(key) && found.get(key) !== value ? "…" : value);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) found.delete(key);
    else found.set(key, value);
  }
  const gone = Object.entries(changes).filter(([, value]) => value === null);
  return (
    <>
      {found.size > 0 ? (
        <div className={css.chips}>
          {[...found].map(([key, value]) => (
            <Tag key={key} label={`tag ${key}`} onRemove={() => onChange({ ...changes, [key]: null })}>
              {tagText(key, value)}
            </Tag>
          ))}
        </div>
      ) : null}
      {gone.length > 0 ? <p className="faint">Goes: {gone.map(([key]) => key).join(", ")}</p> : null}
    </>
  );
}

export const tagText = (key: string, value: string) => (value === "" ? key : `${key}: ${value}`);
