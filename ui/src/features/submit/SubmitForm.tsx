import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ChevronRight, RotateCcw } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { Checked, Json, JsonObject } from "../../api/types";
import { count } from "../../components/format";
import { ErrorNote } from "../../components/display/ErrorNote";
import { useGo } from "../../components/navigation";
import { Tabs } from "../../components/controls/Tabs";
import { keep, kept } from "../../components/kept";
import { say } from "../../components/overlays/toast";
import { Button } from "../../components/controls/Button";
import { toYaml } from "../../components/yaml";
import { AxesEditor } from "./AxesEditor";
import { type Draft, draftOf, draftOfRun, getAt, runOf, setAt, sweepOf } from "./draft";
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

/** What a browser remembers of a submission that is being written. */
interface Kept {
  draft: Draft;
  yaml: string | null;
}

export function SubmitForm({ schema, initial, view, onView }: Props) {
  const fields = useMemo(() => readSchema(schema), [schema]);
  const paths = useMemo(() => leaves(fields), [fields]);
  const memory = `draft.${view.from ?? ""}`;
  const [left] = useState(() => kept<Kept | null>(memory, null));
  const [draft, setDraft] = useState(left?.draft ?? initial);
  const [yaml, setYaml] = useState<string | null>(left?.yaml ?? null);
  const touched = yaml !== null || JSON.stringify(draft) !== JSON.stringify(initial);
  // What is being written outlives the page; it is gone once it is queued, or begun anew.
  useEffect(() => keep(memory, touched ? ({ draft, yaml } satisfies Kept) : undefined), [memory, touched, draft, yaml]);
  const sweep = view.kind === "sweep";
  const formBody = sweep ? sweepOf(draft) : draft.base;
  const text = yaml ?? toYaml(formBody);
  const inYaml = view.tab === "yaml";
  const verdict = useCheck(inYaml ? { yaml: text } : formBody);
  const { problem } = verdict;

  const setSpec = (path: string, value: Json | undefined) => setDraft({ ...draft, base: setAt(draft.base, path, value) });
  const toTab = (tab: SubmitView["tab"]) => {
    // Form and YAML are one document: what was written as YAML goes on in the form once the service has understood it, not before.
    if (tab === "form" && yaml !== null && (!verdict.fresh || !verdict.checked)) {
      say("The form waits for the YAML", { detail: "It cannot be read yet: mend what the check says, or begin anew.", tone: "warn" });
      return;
    }
    if (tab === "form" && yaml !== null && verdict.checked) {
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
        {touched ? (
          <p className="row faint">
            <span className="grow">{left ? "Your draft of last time. " : ""}Drafts stay in this browser until they are queued.</span>
            <Button
              size="s"
              icon={RotateCcw}
              onClick={() => {
                const before = { draft, yaml };
                setDraft(initial);
                setYaml(null);
                say("Begun anew", {
                  undo: () => {
                    setDraft(before.draft);
                    setYaml(before.yaml);
                  },
                });
              }}
            >
              Begin anew
            </Button>
          </p>
        ) : null}
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
                .sort((a, b) => rank(a.name) - rank(b.name))
                .map((field) => (
                  <Folded key={field.path} name={field.name} about={field.description} open={rank(field.name) < ESSENTIAL.length || getAt(draft.base, field.path) !== undefined || (problem?.field?.includes(field.path) ?? false)}>
                    <SpecField field={field} spec={draft.base} problem={problem} onChange={setSpec} />
                  </Folded>
                ))}
            </form>
          )}
        </Tabs>
      </div>
      <Submission verdict={verdict} draft={draft} preview={inYaml ? null : toYaml(formBody)} onQueued={() => keep(memory, undefined)} />
    </div>
  );
}

/** What nearly every submission says, in this order; the rest has defaults that do. */
const ESSENTIAL = ["dataset", "method", "schedule", "optimizer"];
const rank = (name: string) => (ESSENTIAL.includes(name) ? ESSENTIAL.indexOf(name) : ESSENTIAL.length);

/** A part of the spec that says nothing yet is one line until it is wanted. */
function Folded({ name, about, open, children }: { name: string; about: string | undefined; open: boolean; children: ReactNode }) {
  const [wanted, setWanted] = useState(false);
  if (open || wanted) return children;
  return (
    <button type="button" className="fold" aria-expanded={false} onClick={() => setWanted(true)}>
      <ChevronRight size={15} aria-hidden="true" />
      <strong>{name}</strong> <span className="faint">{about ?? "as by default"}</span>
    </button>
  );
}

interface SubmissionProps {
  verdict: Verdict;
  draft: Draft;
  preview: string | null;
  onQueued: () => void;
}

/** What the service says about it, and the button. */
function Submission({ verdict, draft, preview, onQueued }: SubmissionProps) {
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
      onQueued();
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
      <Button kind="primary" busy={submit.isPending} disabled={!fresh || !checked || problem !== undefined} onClick={() => checked && submit.mutate(checked)}>
        {checked?.kind === "run" ? "Queue the run" : "Queue the sweep"}
      </Button>
      {problem ? <ErrorNote error={problem} /> : null}
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
