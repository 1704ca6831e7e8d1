import { useQuery } from "@tanstack/react-query";
import { FileText } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { search } from "../../api/sweepSearch";
import { Answered } from "../../components/display/Answered";
import { Button, Segmented } from "../../components/controls/Button";
import { PageHeader } from "../../components/display/PageHeader";
import { useUrlState } from "../../components/navigation";
import { continued, draftOf, FIRST } from "./draft";
import { type Start, SubmitForm } from "./SubmitForm";
import { submitUrl } from "./view";

/** An address that asks what to start from. */
const CHOOSE = "choose";

const StartFrom = lazy(() => import("./StartFrom"));

async function start(from: string | undefined): Promise<Start> {
  const [kind, id] = from?.split(":") ?? [];
  if (kind === "run" && id) {
    const run = await api.run(id);
    return { draft: { tree: { experiment: run.experiment, base: run.document ?? run.spec }, axes: [] }, source: null };
  }
  if (kind === "around" && id) return { draft: draftOf(await search.around(id)), source: null };
  if (kind === "after" && id) return { draft: draftOf(continued((await api.sweep(id)).spec, id)), source: null };
  if (kind === "sweep" && id) return { draft: draftOf((await api.sweep(id)).spec), source: null };
  if (from && (kind === "template" || kind === "paper")) {
    const { text, tree } = (await import("./templates")).templateOf(from);
    return { draft: draftOf(tree), source: text };
  }
  return { draft: FIRST, source: null };
}

export function SubmitPage() {
  const [view, setView] = useUrlState(submitUrl);
  const [asked, setChoosing] = useState(false);
  const choosing = asked || view.from === CHOOSE;
  const schema = useQuery({ queryKey: keys.schema("sweep"), queryFn: () => api.schema("sweep"), staleTime: Infinity });
  const first = useQuery({ queryKey: ["draft", view.from ?? ""], queryFn: () => start(view.from), staleTime: Infinity });
  return (
    <>
      <PageHeader
        title={`New ${view.kind}`}
        actions={
          <>
            <Button icon={FileText} onClick={() => setChoosing(true)}>
              Start from…
            </Button>
            <Segmented
              label="What to queue"
              value={view.kind}
              onValue={(kind) => setView({ ...view, kind })}
              options={[
                { value: "sweep", label: "Sweep" },
                { value: "run", label: "Run" },
              ]}
            />
          </>
        }
      />
      <Answered query={schema} what="the form">
        {(json) => (
          <Answered query={first} what="the spec to start from">
            {(initial) => <SubmitForm key={view.from ?? ""} schema={json} initial={initial} view={view} onView={setView} />}
          </Answered>
        )}
      </Answered>
      {choosing ? (
        <Suspense>
          <StartFrom
            onClose={() => {
              setChoosing(false);
              if (view.from === CHOOSE) setView({ ...view, from: undefined });
            }}
            onChoose={(from, kind) => {
              setChoosing(false);
              setView({ ...view, from, kind }, "push");
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
