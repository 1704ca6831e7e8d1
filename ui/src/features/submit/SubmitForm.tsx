import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { Checked, Json, JsonObject } from "../../api/types";
import { count } from "../../components/format";
import { ErrorNote } from "../../components/display/ErrorNote";
import { useGo } from "../../components/navigation";
import { Tabs } from "../../components/controls/Tabs";
import { toYaml } from "../../components/yaml";
import { AxesEditor } from "./AxesEditor";
import { type Draft, draftOf, draftOfRun, runOf, setAt, sweepOf } from "./draft";
import { leaves, readSchema } from "./schema";
import { SpecField, Wrong } from "./SpecField";
import type { SubmitView } from "./view";
import { SweepFields } from "./SweepFields";
import { useCheck, type Verdict } from "./useCheck";

interface Props {
  schema: JsonObject;
  initial: Draft;
  view: SubmitView;
  onView: (view: SubmitView) => void;
}

export function SubmitForm({ schema, initial, view, onView }: Props) {
  const fields = useMemo(() => readSchema(schema), [schema]);
  const paths = useMemo(() => leaves(fields), [fields]);
  const [draft, setDraft] = useState(initial);
  const [yaml, setYaml] = useState<string | null>(null);
  const sweep = view.kind === "sweep";
  const formBody = sweep ? sweepOf(draft) : draft.base;
  const text = yaml ?? toYaml(formBody);
  const inYaml = view.tab === "yaml";
  const verdict = useCheck(inYaml ? { yaml: text } : formBody);
  const { problem } = verdict;

  const setSpec = (path: string, value: Json | undefined) => setDraft({ ...draft, base: setAt(draft.base, path, value) });
  const toTab = (tab: SubmitView["tab"]) => {
    // What was written as YAML goes on in the form once the service has understood it; else the form stays as it was.
    if (tab === "form" && yaml !== null && verdict.fresh && verdict.checked) {
      const { kind, spec } = verdict.checked;
      setDraft(kind === "sweep" ? draftOf(spec) : draftOfRun(draft, spec));
      setYaml(null);
      onView({ ...view, tab, kind });
      return;
    }
    onView({ ...view, tab });
  };

  return (
    <div className="submit">
      <div className="submit-main">
        <Tabs tabs={[{ value: "form", label: "Form" }, { value: "yaml", label: "YAML" }] as const} value={view.tab} onValue={toTab} label="How to write it">
          {inYaml ? (
            <textarea
              className="mono yaml"
              aria-label="YAML"
              spellCheck={false}
              aria-invalid={problem !== undefined}
              value={text}
              onChange={(event) => setYaml(event.target.value)}
            />
          ) : (
            <form className="stack" onSubmit={(event) => event.preventDefault()}>
              <SweepFields draft={draft} sweep={sweep} problem={problem} onDraft={setDraft} />
              {sweep ? <AxesEditor axes={draft.axes} paths={paths} problem={problem} onAxes={(axes) => setDraft({ ...draft, axes })} /> : null}
              <fieldset className="spec-group">
                <legend>{sweep ? "base" : "spec"}</legend>
                <div className="fields">
                  {fields
                    .filter((field) => field.kind !== "group" && field.kind !== "variants")
                    .map((field) => (
                      <SpecField key={field.path} field={field} spec={draft.base} problem={problem} onChange={setSpec} />
                    ))}
                </div>
                <Wrong problem={problem} path="base" />
              </fieldset>
              {fields
                .filter((field) => field.kind === "group" || field.kind === "variants")
                .map((field) => (
                  <SpecField key={field.path} field={field} spec={draft.base} problem={problem} onChange={setSpec} />
                ))}
            </form>
          )}
        </Tabs>
      </div>
      <Submission verdict={verdict} draft={draft} preview={inYaml ? null : toYaml(formBody)} />
    </div>
  );
}

interface SubmissionProps {
  verdict: Verdict;
  draft: Draft;
  preview: string | null;
}

/** What the service says about it, and the button. */
function Submission({ verdict, draft, preview }: SubmissionProps) {
  const cache = useQueryClient();
  const go = useGo();
  // One key for one content: pressing twice, or again after a broken connection, makes one sweep.
  const key = useRef({ of: "", value: "" });
  const submit = useMutation({
    mutationFn: async (checked: Checked) => {
      const body = checked.kind === "sweep" ? checked.spec : runOf(draft, checked.spec);
      const of = checked.kind + JSON.stringify(body);
      if (key.current.of !== of) key.current = { of, value: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
      if (checked.kind === "sweep") return `/sweeps/${(await api.submitSweep(body, key.current.value)).id}`;
      return `/runs/${(await api.submitRun(body, key.current.value)).id}`;
    },
    onSuccess: (path) => {
      void cache.invalidateQueries({ queryKey: keys.runLists });
      void cache.invalidateQueries({ queryKey: keys.sweepLists });
      void cache.invalidateQueries({ queryKey: keys.experiments });
      go(path);
    },
  });
  const { checked, problem, fresh } = verdict;
  return (
    <aside className="card submission" aria-label="Check">
      <p role="status" className={problem ? "verdict bad" : "verdict"}>
        {problem ? "Not valid yet" : checked ? (checked.kind === "sweep" ? `${count(checked.runs)} ${checked.runs === 1 ? "run" : "runs"}` : "1 run, valid") : "Checking…"}
      </p>
      {problem ? <ErrorNote error={problem} /> : null}
      <button
        type="button"
        className="primary"
        disabled={!fresh || !checked || problem !== undefined || submit.isPending}
        onClick={() => checked && submit.mutate(checked)}
      >
        {submit.isPending ? "Queueing…" : checked?.kind === "run" ? "Queue the run" : "Queue the sweep"}
      </button>
      {submit.error ? <ErrorNote error={submit.error} /> : null}
      {preview === null ? null : (
        <details open>
          <summary className="small faint">As YAML</summary>
          <pre className="mono preview">{preview}</pre>
        </details>
      )}
    </aside>
  );
}
