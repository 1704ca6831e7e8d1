import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { Select } from "../../components/controls/Select";
import { PageHeader } from "../../components/display/PageHeader";
import { count } from "../../components/format";
import { type RawSearch, useSetSearch } from "../../components/search";
import { RunsPanel } from "./RunsPanel";
import { type RunsSearch, runsSearch } from "./search";

export function RunsPage() {
  const raw: RawSearch = useSearch({ strict: false });
  const { experiment } = runsSearch(raw);
  const set = useSetSearch<RunsSearch>();
  const experiments = useQuery({ queryKey: keys.experiments, queryFn: api.experiments });
  const known = experiments.data ?? [];
  const unknown = experiment && !known.some((one) => one.name === experiment) ? [{ value: experiment, label: experiment }] : [];
  return (
    <>
      <PageHeader
        title={experiment ? `Runs of ${experiment}` : "Runs"}
        actions={
          <Select
            label="Experiment"
            value={experiment ?? ""}
            // What was chosen belongs to the experiment: another one has other columns, groups and values.
            onValue={(next) => set({ experiment: next || undefined, filter: undefined, group: undefined, cols: undefined, sort: undefined, hide: undefined, show: undefined, base: undefined })}
            options={[{ value: "", label: "All experiments" }, ...unknown, ...known.map((one) => ({ value: one.name, label: `${one.name} (${count(one.runs)})` }))]}
          />
        }
      />
      <RunsPanel />
    </>
  );
}
