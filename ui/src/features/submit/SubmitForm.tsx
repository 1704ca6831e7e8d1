import { RotateCcw } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import type { JsonObject } from "../../api/types";
import { Button } from "../../components/controls/Button";
import { Tabs } from "../../components/controls/Tabs";
import { Skeleton } from "../../components/display/Skeleton";
import { keep, kept } from "../../components/kept";
import { say } from "../../components/overlays/toast";
import { toYaml } from "../../components/yaml";
import { bodyOf, type Draft, draftOf, kindOf } from "./draft";
import { readSchema } from "./schema";
import { LastUsed } from "./SpecField";
import { SpecForm } from "./SpecForm";
import { Submission } from "./Submission";
import { useCheck } from "./useCheck";
import { useLastUsed } from "./useLastUsed";
import type { SubmitView } from "./view";

/** The editor is the largest part of the page and is loaded when it is wanted. */
const YamlEditor = lazy(() => import("./YamlEditor"));
const yamlDocument = () => import("./yamlDocument");

/** What a submission is written from: the form's draft, or a text with its comments. */
export interface Start {
  draft: Draft;
  source: string | null;
}

interface Props {
  /** Of a sweep. */
  schema: JsonObject;
  initial: Start;
  view: SubmitView;
  onView: (view: SubmitView) => void;
}

/** What a browser remembers of a submission that is being written. */
interface Kept {
  draft: Draft;
  /** The text that is being written; null while the form is. */
  yaml: string | null;
  /** The text that the form's draft was read from: its comments come back with the YAML. */
  source: string | null;
}

const readable = (json: Kept | null) => (json?.draft && "tree" in json.draft && Array.isArray(json.draft.axes) ? json : null);

export function SubmitForm({ schema, initial, view, onView }: Props) {
  const fields = useMemo(() => readSchema(schema), [schema]);
  const memory = `draft.${view.from ?? ""}`;
  const [left] = useState(() => readable(kept<Kept | null>(memory, null)));
  const start: Kept = { draft: initial.draft, yaml: view.tab === "yaml" ? initial.source : null, source: initial.source };
  const [state, setState] = useState<Kept>(left ?? start);
  const { draft, yaml, source } = state;
  const touched = (yaml !== null && yaml !== initial.source) || JSON.stringify(draft) !== JSON.stringify(initial.draft);
  // What is being written outlives the page; it is gone once it is queued, or begun anew.
  useEffect(() => keep(memory, touched ? state : undefined), [memory, touched, state]);
  const inYaml = view.tab === "yaml";
  const body = bodyOf(draft, view.kind);
  const text = yaml ?? toYaml(body);
  const verdict = useCheck(inYaml ? { yaml: text } : body);
  const last = useLastUsed();

  // Form and YAML are one document: what was written as YAML goes on in the form once it can be read, not before.
  const toForm = async () => {
    if (yaml === null) {
      onView({ ...view, tab: "form" });
      return;
    }
    const { tree } = (await yamlDocument()).readYaml(yaml);
    if (!tree || !["base", "spec", "dataset"].some((key) => key in tree)) {
      say("The form waits for the YAML", { detail: "It cannot be read yet: mend what the check says, or begin anew.", tone: "warn" });
      return;
    }
    setState({ draft: draftOf(tree), yaml: null, source: yaml });
    onView({ ...view, tab: "form", kind: kindOf(tree) });
  };
  const toText = async () => {
    const written = source === null ? null : (await yamlDocument()).rewritten(source, body);
    setState({ draft, yaml: written, source });
    onView({ ...view, tab: "yaml" });
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
                setState(start);
                say("Begun anew", { undo: () => setState(state) });
              }}
            >
              Begin anew
            </Button>
          </p>
        ) : null}
        <Tabs tabs={[{ value: "form", label: "Form" }, { value: "yaml", label: "YAML" }] as const} value={view.tab} onValue={(tab) => void (tab === "form" ? toForm() : toText())} label="How to write it">
          {inYaml ? (
            <Suspense fallback={<Skeleton what="the editor" height={320} lines={1} />}>
              <YamlEditor text={text} onText={(next) => setState((now) => ({ ...now, yaml: next }))} schema={schema} problem={verdict.fresh ? verdict.problem : undefined} />
            </Suspense>
          ) : (
            <LastUsed.Provider value={last}>
              <SpecForm fields={fields} draft={draft} kind={view.kind} problem={verdict.problem} onDraft={(next) => setState((now) => ({ ...now, draft: next }))} />
            </LastUsed.Provider>
          )}
        </Tabs>
      </div>
      <Submission
        verdict={verdict}
        written={async () => (inYaml ? ((await yamlDocument()).readYaml(text).tree ?? {}) : body)}
        preview={inYaml ? null : toYaml(body)}
        onQueued={() => keep(memory, undefined)}
      />
    </div>
  );
}
