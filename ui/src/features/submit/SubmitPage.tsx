import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { Answered } from "../../components/display/Answered";
import { useUrlState } from "../../components/navigation";
import { type Draft, draftOf, FIRST } from "./draft";
import { SubmitForm } from "./SubmitForm";
import { submitUrl } from "./view";

async function start(from: string | undefined): Promise<Draft> {
  const [kind, id] = from?.split(":") ?? [];
  if (kind === "run" && id) {
    const run = await api.run(id);
    return { ...FIRST, experiment: run.experiment, axes: [], seeds: "", base: run.document ?? run.spec };
  }
  if (kind === "sweep" && id) return draftOf((await api.sweep(id)).spec);
  return FIRST;
}

export function SubmitPage() {
  const [view, setView] = useUrlState(submitUrl);
  const schema = useQuery({ queryKey: keys.schema("run"), queryFn: () => api.schema("run"), staleTime: Infinity });
  const first = useQuery({ queryKey: ["draft", view.from], queryFn: () => start(view.from), staleTime: Infinity });
  return (
    <>
      <header className="page-head">
        <h1>New {view.kind}</h1>
        <div className="segments" role="group" aria-label="What to queue">
          {(["sweep", "run"] as const).map((kind) => (
            <button key={kind} type="button" aria-pressed={view.kind === kind} onClick={() => setView({ ...view, kind })}>
              {kind}
            </button>
          ))}
        </div>
      </header>
      <Answered query={schema} what="the form">
        {(json) => (
          <Answered query={first} what="the spec to start from">
            {(draft) => <SubmitForm key={view.from ?? ""} schema={json} initial={draft} view={view} onView={setView} />}
          </Answered>
        )}
      </Answered>
    </>
  );
}
