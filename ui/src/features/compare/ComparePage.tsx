import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useCallback, useEffect, useMemo, useState, lazy, Suspense } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { RunView } from "../../api/types";
import { looks as looksOf } from "../../components/colour";
import { Button, IconButton } from "../../components/controls/Button";
import { Checkbox } from "../../components/controls/Checkbox";
import { Combobox } from "../../components/controls/Combobox";
import { Select } from "../../components/controls/Select";
import { Tabs } from "../../components/controls/Tabs";
import { EmptyState } from "../../components/display/EmptyState";
import { ErrorNote } from "../../components/display/ErrorNote";
import { PageHeader } from "../../components/display/PageHeader";
import { Skeleton } from "../../components/display/Skeleton";
import { RunPill } from "../../components/display/RunPill";
import { shortId } from "../../components/format";
import { Link, useUrlState } from "../../components/navigation";
import { useDark } from "../../components/theme";
import { columnsOf } from "./columns";
import css from "./compare.module.css";
import { Configurations } from "./Configurations";
import { Environments } from "./Environments";
import { Results } from "./Results";
import { type ComparePageView, compareUrl, type Part, PARTS } from "./view";

/** Charts are loaded beside what the page says in words, while the runs are asked for. */
const loadCurves = () => import("./CompareCurves").then((module) => ({ default: module.CompareCurves }));
const CompareCurves = lazy(loadCurves);

/** Asked for by few, and only of runs that kept their answers. */
const Disagreements = lazy(() => import("./Disagreements").then((module) => ({ default: module.Disagreements })));

const NAMES: Record<Part, string> = { curves: "Curves", configuration: "Configuration", results: "Results", images: "Images", environment: "Environment" };

/** Two runs or more beside each other; everything that is seen stands in the address. */
export function ComparePage() {
  const [view, setView] = useUrlState(compareUrl);
  const curves = view.part === "curves";
  useEffect(() => {
    if (curves) void loadCurves();
  }, [curves]);
  const found = useQueries({ queries: view.runs.map((id) => ({ queryKey: keys.run(id), queryFn: () => api.run(id) })) });
  const stamp = found.map((query) => query.dataUpdatedAt).join(" ");
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the queries are new objects each time; their time says whether one changed
  const runs = useMemo(() => found.flatMap(({ data }) => (data ? [data] : [])), [stamp]);
  const remove = (id: string) => setView({ ...view, runs: view.runs.filter((run) => run !== id), baseline: view.baseline === id ? "" : view.baseline }, "push");
  const failed = found.map((query, i) => ({ error: query.error, id: view.runs[i]! })).filter(({ error }) => error);
  const waiting = found.some((query) => query.isPending);
  return (
    <>
      <PageHeader title={view.runs.length > 1 ? `Compare ${view.runs.length} runs` : "Compare"} crumbs={<Link to="/runs">Runs</Link>} />
      {failed.map(({ error, id }) => (
        <div key={id}>
          <ErrorNote error={error} what={`Run ${id.slice(0, 8)}`} />
          <Button size="s" onClick={() => remove(id)}>
            Compare without it
          </Button>
        </div>
      ))}
      {waiting ? <Skeleton what="the runs" lines={6} /> : runs.length === 0 && view.runs.length > 0 ? null : <Compared runs={runs} view={view} onView={setView} onRemove={remove} />}
    </>
  );
}

interface ComparedProps {
  runs: readonly RunView[];
  view: ComparePageView;
  /** A slider or what is typed replaces the place in the browser's history; what is chosen makes one, to come back from. */
  onView: (view: ComparePageView, how?: "push" | "replace") => void;
  onRemove: (id: string) => void;
}

function Compared({ runs, view, onView, onRemove }: ComparedProps) {
  const dark = useDark();
  const [over, setOver] = useState<string | null>(null);
  const columns = useMemo(() => columnsOf(runs, view.baseline, view.together), [runs, view.baseline, view.together]);
  const ids = columns.map((column) => column.id).join(" ");
  const looks = useMemo(() => looksOf(ids.split(" "), dark), [ids, dark]);
  const colours = useMemo(() => new Map(columns.flatMap((column) => column.runs.map((run) => [run.id, looks.get(column.id)!] as const))), [columns, looks]);
  const onChart = useCallback((chart: ComparePageView["chart"]) => onView({ ...view, chart }), [onView, view]);
  if (runs.length < 2) {
    return (
      <>
        <Chosen runs={runs} view={view} onView={onView} onRemove={onRemove} looks={colours} onOver={setOver} />
        <EmptyState title={runs.length === 0 ? "Nothing to compare yet." : "One run alone has nothing to be compared with."}>
          <p>
            Add runs above by name, or select them in the <Link to="/runs">table of runs</Link> and press <kbd>c</kbd>.
          </p>
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <Chosen runs={runs} view={view} onView={onView} onRemove={onRemove} looks={colours} onOver={setOver} />
      <Tabs tabs={PARTS.map((part) => ({ value: part, label: NAMES[part] }))} value={view.part} onValue={(part) => onView({ ...view, part }, "push")} label="What is compared">
        {view.part === "curves" ? <Suspense fallback={<Skeleton what="curves" height={200} lines={1} />}><CompareCurves columns={columns} looks={looks} view={view.chart} onView={onChart} emphasised={over} /></Suspense> : null}
        {view.part === "configuration" ? <Configurations columns={columns} looks={looks} all={view.all} onAll={(all) => onView({ ...view, all }, "push")} /> : null}
        {view.part === "results" ? <Results columns={columns} looks={looks} view={view} onView={(next) => onView(next, "push")} /> : null}
        {view.part === "images" ? <Suspense fallback={<Skeleton what="the images" lines={4} />}><Disagreements runs={runs} baseline={view.baseline} view={view.images} onView={(images, how) => onView({ ...view, images }, how)} /></Suspense> : null}
        {view.part === "environment" ? <Environments runs={runs} looks={looks} all={view.all} onAll={(all) => onView({ ...view, all }, "push")} /> : null}
      </Tabs>
    </>
  );
}

interface ChosenProps extends ComparedProps {
  looks: ReadonlyMap<string, { colour: string }>;
  onOver: (id: string | null) => void;
}

/** What is compared: which is the baseline, what joins, what goes. */
function Chosen({ runs, view, onView, onRemove, looks, onOver }: ChosenProps) {
  return (
    <section aria-label="Runs that are compared" className={css.chosen}>
      <ul>
        {runs.map((run) => (
          <li key={run.id} onPointerEnter={() => onOver(run.id)} onPointerLeave={() => onOver(null)}>
            <span className={css.swatch} style={{ background: looks.get(run.id)?.colour ?? "var(--line-strong)" }} />
            <Link to={`/runs/${run.id}`} title={run.name}>
              {run.name}
            </Link>
            <RunPill run={run} />
            <IconButton icon={X} size="s" label={`Take ${run.name} out`} onClick={() => onRemove(run.id)} />
          </li>
        ))}
      </ul>
      <div className={css.tools}>
        <AddRun view={view} onAdd={(id) => onView({ ...view, runs: [...view.runs, id] }, "push")} experiment={runs[0]?.experiment} />
        {runs.length > 1 ? (
          <>
            <Select
              label="Baseline"
              size="s"
              value={view.baseline || runs[0]!.id}
              options={runs.map((run) => ({ value: run.id, label: `baseline: ${run.name}` }))}
              onValue={(baseline) => onView({ ...view, baseline }, "push")}
            />
            <Checkbox label="seeds together" checked={view.together} onChecked={(together) => onView({ ...view, together }, "push")} />
          </>
        ) : null}
      </div>
    </section>
  );
}

const PAUSE_MS = 150;
const FOUND = 50;

/** Finds runs of any experiment by a part of their name; before something is typed, the newest of the first run's experiment. */
function AddRun({ view, onAdd, experiment }: { view: ComparePageView; onAdd: (id: string) => void; experiment: string | undefined }) {
  const [text, setText] = useState("");
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setWanted(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const asked = { limit: FOUND, sort: "-createdAt", ...(wanted ? { filter: [`name ~ "${wanted.replace(/["\\]/g, "\\$&")}"`] } : { experiment }) };
  const found = useQuery({ queryKey: ["add-run", asked], queryFn: () => api.runs(asked), staleTime: 30_000, placeholderData: keepPreviousData });
  const choices = (found.data?.items ?? []).filter((run) => !view.runs.includes(run.id));
  const add = (id: string) => {
    onAdd(id);
    setText("");
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        // Of several with this name the newest.
        const named = choices.find((run) => run.name === text.trim() || run.id === text.trim());
        if (named) add(named.id);
      }}
    >
      <Combobox
        value={text}
        onValue={setText}
        onChoose={add}
        placeholder="Add a run by name"
        aria-label="Add a run by name"
        choices={choices.map((run) => ({ value: run.id, label: run.name, hint: `${run.experiment === experiment ? "" : `${run.experiment} · `}${run.state.toLowerCase()} · ${shortId(run.id)}` }))}
      />
    </form>
  );
}
