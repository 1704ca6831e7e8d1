import { useQuery } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { PageHeader } from "../../components/display/PageHeader";
import { count } from "../../components/format";
import { type RawSearch, useSetSearch } from "../../components/search";
import { RunsPanel } from "./RunsPanel";
import { type RunsSearch, runsSearch } from "./search";
import { useViews } from "./useViews";
import { bare, firstOf, placeOf } from "./views";

/** The table does not wait for it. */
const Select = lazy(() => import("../../components/controls/Select").then((module) => ({ default: module.Select })));

export function RunsPage() {
  const raw: RawSearch = useSearch({ strict: false });
  const { experiment } = runsSearch(raw);
  const set = useSetSearch<RunsSearch>();
  const views = useViews();
  const go = useRouter().history;
  // Whoever comes to an experiment without saying what to show of it sees it as the lab has agreed; clearing a view later is no coming.
  const arrived = useRef<string | null>(null);
  useEffect(() => {
    if (!views.data || arrived.current === (experiment ?? "")) return;
    arrived.current = experiment ?? "";
    const first = bare(raw) ? firstOf(views.data, experiment) : undefined;
    if (first) go.replace(placeOf(first, experiment));
  }, [views.data, experiment, raw, go]);
  const experiments = useQuery({ queryKey: keys.experiments, queryFn: api.experiments });
  const known = experiments.data ?? [];
  const unknown = experiment && !known.some((one) => one.name === experiment) ? [{ value: experiment, label: experiment }] : [];
  return (
    <>
      <PageHeader
        title={experiment ? `Runs of ${experiment}` : "Runs"}
        actions={
          <Suspense fallback={null}>
            <Select
              label="Experiment"
              value={experiment ?? ""}
              // What was chosen belongs to the experiment: another one has other columns, groups and values.
              onValue={(next) => set({ experiment: next || undefined, filter: undefined, group: undefined, cols: undefined, sort: undefined, hide: undefined, show: undefined, base: undefined, view: undefined })}
              options={[{ value: "", label: "All experiments" }, ...unknown, ...known.map((one) => ({ value: one.name, label: `${one.name} (${count(one.runs)})` }))]}
            />
          </Suspense>
        }
      />
      <RunsPanel />
    </>
  );
}
