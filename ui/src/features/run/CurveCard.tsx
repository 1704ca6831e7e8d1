import { memo, useMemo, useState } from "react";
import type { History, RunView, Summary } from "../../api/types";
import { number } from "../../components/format";
import { Answered } from "../../components/display/Answered";
import { CurvePlot } from "./CurvePlot";
import { CurveTable } from "./CurveTable";
import { buildCurve, type CurveOptions, describe } from "./curve";
import { useCurve, type Zoom } from "./useCurve";
import type { RunPageView } from "./view";

interface Props {
  run: RunView;
  metric: string;
  view: RunPageView;
}

export function CurveCard({ run, metric, view }: Props) {
  const [zoom, setZoom] = useState<Zoom>();
  const [table, setTable] = useState(false);
  const query = useCurve(run.id, metric, view.ghosts, zoom);
  const summary = run.summary[metric];
  return (
    <article className="card curve" aria-label={metric}>
      <header className="row">
        <h3>{metric}</h3>
        <Figures summary={summary} />
        {zoom ? (
          <button type="button" className="quiet" onClick={() => setZoom(undefined)}>
            Reset zoom
          </button>
        ) : null}
        <button type="button" className="quiet" aria-pressed={table} onClick={() => setTable(!table)}>
          {table ? "Curve" : "Table"}
        </button>
      </header>
      <Answered query={query} what={metric}>
        {(history) =>
          table ? (
            <CurveTable history={history} />
          ) : (
            <Drawn run={run} metric={metric} view={view} history={history} onZoom={setZoom} />
          )
        }
      </Answered>
    </article>
  );
}

function Figures({ summary }: { summary: Summary | undefined }) {
  if (!summary) return <span className="grow" />;
  const best = summary.best;
  return (
    <span className="figures num grow">
      {number(summary.last)}
      {best !== undefined && best !== null ? (
        <span className="faint">
          {" "}
          best {number(best)} @ {summary.bestStep ?? "?"}
        </span>
      ) : null}
    </span>
  );
}

interface DrawnProps extends Props {
  history: History;
  onZoom: (zoom: Zoom | undefined) => void;
}

const Drawn = memo(function Drawn({ run, metric, view, history, onZoom }: DrawnProps) {
  const [at, setAt] = useState<number | null>(null);
  const stepsPerEpoch = run.steps && run.epochs ? run.steps / run.epochs : undefined;
  const curve = useMemo(() => {
    const options: CurveOptions = { axis: view.x, smoothing: view.smoothing, ghosts: view.ghosts, logY: view.logY, stepsPerEpoch };
    return buildCurve(history, options);
  }, [history, view.x, view.smoothing, view.ghosts, view.logY, stepsPerEpoch]);
  if (curve.x.length === 0) return <p className="note faint">No points yet.</p>;
  // With ghosts the drawn columns are joined with theirs, so an index means something else there.
  const index = at !== null && curve.ghosts.length === 0 && at < curve.x.length ? at : null;
  return (
    <>
      <CurvePlot
        run={run.id}
        curve={curve}
        smoothed={view.smoothing > 0}
        logY={view.logY}
        label={describe(metric, curve)}
        onCursor={setAt}
        onZoom={(from, to) => onZoom({ from, to })}
        onReset={() => onZoom(undefined)}
      />
      <footer className="row small faint">
        <span className="grow">
          {curve.note}
          {view.x !== curve.axis ? `; ${view.x} needs every point, so this is by ${curve.axis}` : ""}
          {view.ghosts && curve.ghosts.length ? `; dashed: superseded attempt ${curve.ghosts.map((g) => g.attempt).join(", ")}` : ""}
        </span>
        <output className="num">
          {index === null
            ? ""
            : `step ${curve.steps[index]}: ${number(curve.raw[index])}${view.smoothing > 0 ? ` (smoothed ${number(curve.line[index])})` : ""}`}
        </output>
      </footer>
    </>
  );
});
