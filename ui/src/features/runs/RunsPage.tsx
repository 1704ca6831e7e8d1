import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { count } from "../../components/format";
import { useUrlState } from "../../components/navigation";
import { RunsPanel } from "./RunsPanel";
import { isBare, remembered, runsUrl } from "./view";

export function RunsPage() {
  const [view, setView] = useUrlState(runsUrl);
  const experiments = useQuery({ queryKey: keys.experiments, queryFn: api.experiments });
  useEffect(() => {
    const search = new URLSearchParams(location.search);
    if (isBare(search)) setView(remembered(search.get("experiment") ?? undefined));
  }, [setView]);
  return (
    <>
      <header className="page-head">
        <h1>Runs</h1>
        <label className="row">
          <span className="faint">Experiment</span>
          <select value={view.experiment ?? ""} onChange={(event) => setView(remembered(event.target.value || undefined))}>
            <option value="">all</option>
            {view.experiment && !experiments.data?.some((e) => e.name === view.experiment) ? <option>{view.experiment}</option> : null}
            {experiments.data?.map((experiment) => (
              <option key={experiment.name} value={experiment.name}>
                {experiment.name} ({count(experiment.runs)})
              </option>
            ))}
          </select>
        </label>
      </header>
      <RunsPanel />
    </>
  );
}
