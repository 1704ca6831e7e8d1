import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { RunView } from "../../api/types";
import { Answered } from "../../components/display/Answered";
import { useUrlState } from "../../components/navigation";
import { SpecView } from "../../components/SpecView";
import { Tabs } from "../../components/controls/Tabs";
import { Curves } from "./Curves";
import { Logs } from "./Logs";
import { RunHeader } from "./RunHeader";
import { Artifacts, Attempts, Checkpoints, Events } from "./Trail";
import { type RunPageView, runUrl, type Tab, TABS } from "./view";

export function RunPage({ id }: { id: string }) {
  const query = useQuery({ queryKey: keys.run(id), queryFn: () => api.run(id) });
  return (
    <Answered query={query} what="the run">
      {(run) => <Loaded run={run} />}
    </Answered>
  );
}

function Loaded({ run }: { run: RunView }) {
  const [view, setView] = useUrlState(runUrl);
  const cache = useQueryClient();
  useEffect(() => {
    document.title = `${run.name} · ${run.state.toLowerCase()} · Runyard`;
    return () => {
      document.title = "Runyard";
    };
  }, [run.name, run.state]);

  // A new attempt may supersede points that are already drawn; only then is a whole curve read again.
  const phase = `${run.attempt} ${run.state}`;
  const known = useRef(phase);
  useEffect(() => {
    if (known.current === phase) return;
    known.current = phase;
    void cache.invalidateQueries({ queryKey: keys.metrics(run.id) });
  }, [phase, run.id, cache]);

  return (
    <>
      <RunHeader run={run} />
      <Tabs tabs={TABS.map((tab) => ({ value: tab, label: tab[0]!.toUpperCase() + tab.slice(1) }))} value={view.tab} onValue={(tab) => setView({ ...view, tab })} label="Parts of the run">
        <Panel tab={view.tab} run={run} view={view} onView={setView} />
      </Tabs>
    </>
  );
}

interface PanelProps {
  tab: Tab;
  run: RunView;
  view: RunPageView;
  onView: (view: RunPageView) => void;
}

function Panel({ tab, run, view, onView }: PanelProps) {
  switch (tab) {
    case "curves":
      return <Curves run={run} view={view} onView={onView} />;
    case "spec":
      return <SpecView spec={run.spec} swept={run.params} />;
    case "attempts":
      return <Attempts run={run} />;
    case "checkpoints":
      return <Checkpoints run={run} />;
    case "events":
      return <Events run={run} />;
    case "logs":
      return <Logs run={run} />;
    case "artifacts":
      return <Artifacts run={run} />;
  }
}
