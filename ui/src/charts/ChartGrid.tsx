import { memo, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Summary } from "../api/types";
import { metric } from "../components/format";
import { toProblem } from "../api/problem";
import { looks as looksOf } from "../components/colour";
import { EmptyState } from "../components/display/EmptyState";
import { useDark } from "../components/theme";
import styles from "./charts.module.css";
import { ChartLegend } from "./ChartLegend";
import type { ChartRun } from "./chartRun";
import type { Look } from "./look";
import { type Section, sectionsOf } from "./sections";
import { SeriesChart } from "./SeriesChart";
import { NO_WALL_MEAN, type XAxis } from "./axis";
import { common, meanOf, type Member } from "./group";
import type { Series } from "./series";
import type { Trace } from "./trace";
import { useCurves, useZoomedSteps } from "./useSeries";
import { useVisible } from "./useVisible";
import { type ChartView, matcher } from "./view";

const lineOf = (run: ChartRun) => run.group ?? run.id;

interface Props {
  runs: readonly ChartRun[];
  view: ChartView;
  onView: (view: ChartView) => void;
  /** What to say when nothing was measured. */
  none?: ReactNode;
  /** Colours of more runs than these; left out: of these. */
  looks?: ReadonlyMap<string, Look>;
  emphasised?: string | null;
  /** Off where something beside the charts names the lines and switches them. */
  legend?: boolean;
}

const HEIGHT = 210;
/** What a card has around its plot. */
const AROUND = 70;

/** Every metric of some runs: sections by prefix, drawn where they are in sight. */
export function ChartGrid({ runs, view, onView, none, looks: given, emphasised: outer = null, legend = true }: Props) {
  const dark = useDark();
  const [inner, setInner] = useState<string | null>(null);
  const lines = useMemo(() => [...new Map(runs.map((run) => [lineOf(run), { id: lineOf(run), label: run.label }])).values()], [runs]);
  const ids = lines.map((line) => line.id).join(" ");
  const own = useMemo(() => looksOf(ids.split(" "), dark), [ids, dark]);
  const looks = given ?? own;
  const emphasised = inner ?? outer;
  const sections = useMemo(() => {
    const keys = runs.flatMap((run) => Object.keys(run.summary));
    const points = (key: string) => runs.reduce<number>((most, run) => Math.max(most, run.summary[key]?.count ?? 0), 0);
    return sectionsOf(keys, points, matcher(view.find));
  }, [runs, view.find]);
  useZoomedSteps(stepsOfZoom(runs, view));
  const newest = useRef(onView);
  useEffect(() => {
    newest.current = onView;
  });
  const change = useCallback((next: ChartView) => newest.current(next), []);

  if (sections.length === 0) return view.find ? <EmptyState title="No metric has this name." /> : (none ?? <EmptyState title="Nothing was measured yet." />);
  return (
    <>
      {legend && lines.length > 1 ? <ChartLegend lines={lines} looks={looks} view={view} onView={onView} onEmphasis={setInner} /> : null}
      {sections.map((section) => (
        <SectionView key={section.name} section={section} runs={runs} looks={looks} view={view} onView={change} emphasised={emphasised} />
      ))}
    </>
  );
}

/** A zoom by step names the steps themselves; by another axis they follow from the runs' own steps of an epoch, or all are kept as they are. */
function stepsOfZoom(runs: readonly ChartRun[], view: ChartView): { from: number; to: number } | undefined {
  const { zoom, x } = view;
  if (!zoom) return undefined;
  if (x === "step") return { from: Math.max(0, Math.floor(zoom[0])), to: Math.ceil(zoom[1]) };
  const per = runs.map((run) => run.stepsPerEpoch).filter((n) => n !== undefined);
  if (x !== "epoch" || per.length === 0) return undefined;
  return { from: Math.max(0, Math.floor(zoom[0] * Math.min(...per))), to: Math.ceil(zoom[1] * Math.max(...per)) };
}

interface SectionProps {
  section: Section;
  runs: readonly ChartRun[];
  looks: ReadonlyMap<string, Look>;
  view: ChartView;
  onView: (view: ChartView) => void;
  emphasised: string | null;
}

function SectionView({ section, runs, looks, view, onView, emphasised }: SectionProps) {
  const [open, setOpen] = useState(true);
  const size = section.charts.length + section.scalars.length;
  return (
    <details className={styles.section} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2>{section.name || "other"}</h2>
        <span className={styles.count}>{size}</span>
      </summary>
      {open ? (
        <>
          {section.scalars.length > 0 ? <Tiles keys={section.scalars} runs={runs} looks={looks} hidden={view.hidden} /> : null}
          <div className={styles.grid}>
            {section.charts.map((key) => (
              <MetricChart key={key} metric={key} runs={runs} looks={looks} view={view} onView={onView} emphasised={emphasised} />
            ))}
          </div>
        </>
      ) : null}
    </details>
  );
}

function Tiles({ keys, runs, looks, hidden }: { keys: readonly string[]; runs: readonly ChartRun[]; looks: ReadonlyMap<string, Look>; hidden: readonly string[] }) {
  const shown = runs.filter((run) => !hidden.includes(lineOf(run)));
  return (
    <dl className={styles.tiles}>
      {keys.map((key) => (
        <div key={key} className={styles.tile}>
          <dt title={key}>{key.slice(key.lastIndexOf("/") + 1)}</dt>
          {shown.length === 1 ? (
            <dd>{metric(shown[0]!.summary[key]?.last, shown[0]!.summary[key])}</dd>
          ) : (
            shown.map((run) => (
              <dd key={run.id} className={styles.each} title={run.label}>
                <span className={styles.swatch} style={{ background: looks.get(lineOf(run))?.colour }} />
                {metric(run.summary[key]?.last, run.summary[key])}
              </dd>
            ))
          )}
        </div>
      ))}
    </dl>
  );
}

interface CellProps extends Omit<SectionProps, "section"> {
  metric: string;
}

/** A chart that is drawn, read and followed only while it is in sight. */
export const MetricChart = memo(function MetricChart({ metric, runs, looks, view, onView, emphasised }: CellProps) {
  const box = useRef<HTMLDivElement>(null);
  const visible = useVisible(box) || view.full === metric;
  return (
    <div ref={box} style={{ minHeight: HEIGHT + AROUND, minWidth: 0 }}>
      {visible ? <Drawn metric={metric} runs={runs} looks={looks} view={view} onView={onView} emphasised={emphasised} /> : null}
    </div>
  );
});

/** A line for each run that has answered, or for each group of them. */
export function tracesOf(runs: readonly ChartRun[], series: ReadonlyMap<string, Series>, axis: XAxis): Trace[] {
  const found = new Map<string, { run: ChartRun; all: Member[] }>();
  for (const run of runs) {
    const one = series.get(run.id);
    if (!one) continue;
    const line = found.get(lineOf(run));
    if (line) line.all.push({ series: one, origin: run });
    else found.set(lineOf(run), { run, all: [{ series: one, origin: run }] });
  }
  const by = common([...found.values()].flatMap(({ all }) => all), axis);
  return [...found].map(([id, { run, all }]) => {
    if (run.group !== undefined) return { id, label: run.label, ...meanOf(all, by) };
    return { id, label: run.label, start: run.start, stepsPerEpoch: run.stepsPerEpoch, series: all[0]!.series };
  });
}

function Drawn({ metric, runs, looks, view, onView, emphasised }: CellProps) {
  const having = useMemo(() => runs.filter((run) => metric in run.summary), [runs, metric]);
  const { series, waiting, fault } = useCurves(metric, having.map((run) => run.id), true);
  const traces = useMemo(() => tracesOf(having, series, view.x), [having, series, view.x]);
  const without = view.x === "wall" && having.some((run) => run.group !== undefined) ? NO_WALL_MEAN : undefined;
  const alone = having.length === 1 ? having[0]!.summary[metric] : undefined;
  return (
    <SeriesChart
      metric={metric}
      traces={traces}
      looks={looks}
      view={view}
      onView={onView}
      emphasised={emphasised}
      height={HEIGHT}
      waiting={waiting}
      fault={fault ? toProblem(fault).message : without && `${without}.`}
      told={without}
      figures={alone ? <Figures summary={alone} /> : undefined}
    />
  );
}

function Figures({ summary }: { summary: Summary }) {
  const { best, bestStep } = summary;
  return (
    <>
      last {metric(summary.last, summary)}
      {best !== undefined && best !== null ? ` · best ${metric(best, summary)} at ${bestStep ?? "?"}` : ""}
    </>
  );
}

