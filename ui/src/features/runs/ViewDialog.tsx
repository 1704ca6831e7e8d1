import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { api } from "../../api/client";
import type { SavedView, SavedViewAsk } from "../../api/curating";
import { toProblem } from "../../api/problem";
import { Button } from "../../components/controls/Button";
import { Checkbox } from "../../components/controls/Checkbox";
import { Field, TextField } from "../../components/controls/TextField";
import { Dialog } from "../../components/overlays/Dialog";
import css from "./runs.module.css";
import { PAGE } from "./views";

interface Props {
  view: SavedView | undefined;
  experiment: string | undefined;
  address: string;
  onClose: () => void;
  onDone: (view: SavedView) => void;
}

/** Asks for a view's name, and of which experiment it is. */
export function ViewDialog({ view, experiment, address, onClose, onDone }: Props) {
  const form = useId();
  const [name, setName] = useState(view?.name ?? "");
  const [everywhere, setEverywhere] = useState(view !== undefined && !view.experiment);
  const [first, setFirst] = useState(view?.first ?? false);
  const asked = useMutation({
    mutationFn: (ask: SavedViewAsk) => (view ? api.changeView(view.id, ask) : api.makeView(ask)),
    onSuccess: onDone,
  });
  const of = everywhere ? undefined : experiment;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    asked.mutate({ name: name.trim(), page: PAGE, address, first, ...(of ? { experiment: of } : {}) });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={view ? "Name and place of the view" : "Save as a view"}
      description="Filters, groups, columns, order, baseline and charts as they are shown. Everybody in the lab sees it."
      foot={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="primary" type="submit" form={form} busy={asked.isPending} disabled={name.trim() === ""}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className={css.curate} noValidate>
        <Field label="Name" wrong={asked.error ? [toProblem(asked.error).message, toProblem(asked.error).remedyOnce].filter(Boolean).join(" ") : undefined}>
          {(given) => <TextField {...given} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />}
        </Field>
        {experiment ? <Checkbox checked={everywhere} onChecked={setEverywhere} label="For any experiment" /> : null}
        <Checkbox checked={first} onChecked={setFirst} label={of ? `Open ${of} with it` : "Open the runs of all experiments with it"} />
      </form>
    </Dialog>
  );
}
