import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { phasesOf } from "../../charts/chartRun";
import { SeriesProvider } from "../../charts/useSeries";
import type { ChartView } from "../../charts/view";
import { againAfterError } from "../../api/cache";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { RunView } from "../../api/types";
import { Tabs } from "../../components/controls/Tabs";
import { Answered } from "../../components/display/Answered";
import { shortId } from "../../components/format";
import { useUrlState } from "../../components/navigation";
import { Configuration } from "./Configuration";
import { Logs } from "./Logs";
import { Overview } from "./Overview";
import { RunHeader } from "./RunHeader";
import { type RunPageView, runUrl, type Tab, TABS } from "./view";
import { Skeleton } from "../../components/display/Skeleton";

/** Charts are loaded beside what the page says in words; at once where the address asks for them. */
const loadCurves = () => import("./Curves").then((module) => ({ default: module.Curves }));
const Curves = lazy(loadCurves);

/** Asked for by few, and much of it. */
const Judged = lazy(() => import("./Judged").then((module) => ({ default: module.Judged })));

const Pictures = lazy(() => import("./Pictures").then((module) => ({ default: module.Pictures })));
const Artifacts = lazy(() => import("./Trail").then((module) => ({ default: module.Artifacts })));
const Attempts = lazy(() => import("./Trail").then((module) => ({ default: module.Attempts })));
const Events = lazy(() => import("./Trail").then((module) => ({ default: module.Events })));

/** How often a run that prepares is asked how far it is, in ms. */
const PREPARING_MS = 2_000;

export function RunPage({ id }: { id: string }) {
  const [view] = useUrlState(runUrl);
  const curves = view.tab === "curves";
  useEffect(() => {
    if (curves) void loadCurves();
  }, [curves]);
  const query = useQuery({
    queryKey: keys.run(id),
    queryFn: () => api.run(id),
    // What it prepares, before there is a step to tell of, makes no event.
    refetchInterval: (found) => (found.state.data?.state === "STARTING" ? PREPARING_MS : againAfterError(found)),
  });
  return (
    <Answered query={query} what="the run" title={`Run ${shortId(id)}`}>
      {(run) => <Loaded run={run} />}
    </Answered>
  );
}

const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1);

function Loaded({ run }: { run: RunView }) {
  const [view, setView] = useUrlState(runUrl);
  const [noting, setNoting] = useState(false);
  // A new attempt may supersede points that are already drawn; only then are whole curves read again.
  const phases = useMemo(() => phasesOf([run]), [run]);
  return (
    <SeriesProvider ghosts={view.chart.ghosts} phases={phases}>
      <RunHeader
        run={run}
        onNote={() => {
          setNoting(true);
          setView({ ...view, tab: "overview" }, "push");
        }}
      />
      <Tabs
        tabs={TABS.map((tab) => ({ value: tab, label: capital(tab), ...(tab === "attempts" && run.attempt > 1 ? { count: run.attempt } : {}) }))}
        value={view.tab}
        onValue={(tab) => setView({ ...view, tab }, "push")}
        label="Parts of the run"
      >
        <Suspense fallback={<Skeleton what={view.tab} lines={6} />}>
          <Panel tab={view.tab} run={run} view={view} onView={setView} noting={noting} onNoting={setNoting} />
        </Suspense>
      </Tabs>
    </SeriesProvider>
  );
}

interface PanelProps {
  tab: Tab;
  run: RunView;
  view: RunPageView;
  onView: (view: RunPageView, how?: "push" | "replace") => void;
  noting: boolean;
  onNoting: (noting: boolean) => void;
}

function Panel({ tab, run, view, onView, noting, onNoting }: PanelProps) {
  const onChart = useCallback((chart: ChartView) => onView({ ...view, chart }), [view, onView]);
  const onSearch = (search: string) => onView({ ...view, search });
  switch (tab) {
    case "overview":
      return <Overview run={run} view={view.chart} onView={onChart} noting={noting} onNoting={onNoting} />;
    case "curves":
      return <Curves run={run} view={view.chart} onView={onChart} />;
    case "configuration":
      return <Configuration run={run} defaults={view.defaults} onDefaults={(defaults) => onView({ ...view, defaults })} />;
    case "results":
      return <Judged run={run} view={view.judged} onView={(judged) => onView({ ...view, judged }, "push")} search={view.search} onSearch={onSearch} />;
    case "pictures":
      return <Pictures run={run} search={view.search} onSearch={onSearch} open={view.picture} onOpen={(picture, how) => onView({ ...view, picture }, how)} />;
    case "logs":
      return <Logs run={run} search={view.search} onSearch={onSearch} />;
    case "events":
      return <Events run={run} />;
    case "attempts":
      return <Attempts run={run} />;
    case "artifacts":
      return <Artifacts run={run} />;
  }
}
