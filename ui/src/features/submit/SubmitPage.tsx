import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { Answered } from "../../components/display/Answered";
import { Segmented } from "../../components/controls/Button";
import { PageHeader } from "../../components/display/PageHeader";
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
      <PageHeader
        title={`New ${view.kind}`}
        actions={
          <Segmented
            label="What to queue"
            value={view.kind}
            onValue={(kind) => setView({ ...view, kind })}
            options={[
              { value: "sweep", label: "Sweep" },
              { value: "run", label: "Run" },
            ]}
          />
        }
      />
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
