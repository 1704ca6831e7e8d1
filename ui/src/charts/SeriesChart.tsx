import { lazy, memo, type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Maximize2, Minimize2, Table2, ZoomOut } from "lucide-react";
import { Button, IconButton } from "../components/controls/Button";
import styles from "./charts.module.css";
import { ChartLegend } from "./ChartLegend";
import { ChartMenu, type MenuProps } from "./ChartMenu";
import { ChartTable } from "./ChartTable";
import type { Look } from "./look";
import type { Cursor } from "./plotOptions";
import { Readout, readAt, readWords } from "./Readout";
import { extent, outside, type Range, robust, xExtent } from "./scale";
import { drawAll, inWords, noteOf, type Trace } from "./trace";
import { type ChartView, isLogY } from "./view";

const ignore = () => undefined;
const loadPlot = () => import("./Plot");
const Plot = lazy(loadPlot);

interface Props {
  /** The metric; it names the chart. */
  metric: string;
  traces: readonly Trace[];
  looks: ReadonlyMap<string, Look>;
  view: ChartView;
  onView: (view: ChartView) => void;
  /** Beside the name: the last value, a mean. */
  figures?: ReactNode;
  /** Id of the line that stands out. */
  emphasised?: string | null;
  height?: number;
  syncKey?: string;
  /** Whether the first values are still awaited. */
  waiting?: boolean;
  /** Why there are none. */
  fault?: string | undefined;
  /** What else the eye would not know of these lines. */
  told?: string | undefined;
}

/** One chart of one metric: lines of one run, of several, of groups. Everything about how it is drawn is in `view`. */
export const SeriesChart = memo(function SeriesChart(props: Props) {
  const { metric, view, onView } = props;
  const full = view.full === metric;
  return (
    <article className={styles.card} aria-label={metric} data-chart={metric}>
      <Chart {...props} height={props.height ?? 210} />
      {full ? (
        <Full onClose={() => onView({ ...view, full: undefined })}>
          {props.traces.length > 1 ? <ChartLegend lines={props.traces} looks={props.looks} view={view} onView={onView} onEmphasis={ignore} /> : null}
          <Chart {...props} height={Math.max(240, Math.floor(innerHeight * 0.92) - (props.traces.length > 1 ? 150 : 100))} syncKey={`${props.syncKey ?? "charts"} full`} />
        </Full>
      ) : null}
    </article>
  );
});

interface HeadProps {
  metric: string;
  figures: ReactNode;
  zoomed: boolean;
  logY: boolean;
  table: boolean;
  full: boolean;
  onTable: (table: boolean) => void;
  change: (part: (view: ChartView) => Partial<ChartView>) => void;
  asked: () => MenuProps | null;
}

const Head = memo(function Head({ metric, figures, zoomed, logY, table, full, onTable, change, asked }: HeadProps) {
  return (
    <header className={styles.head}>
      <h3 className={styles.title} title={metric}>
        {metric}
        {figures ? <span className={styles.figure}>{figures}</span> : null}
      </h3>
      {zoomed ? <IconButton icon={ZoomOut} size="s" label="Reset the zoom" onClick={() => change(() => ({ zoom: undefined }))} /> : null}
      <Button
        kind="quiet"
        size="s"
        aria-label="log: logarithmic y axis"
        title="log: logarithmic y axis"
        aria-pressed={logY}
        onClick={() => change(({ flipped }) => ({ flipped: flipped.includes(metric) ? flipped.filter((key) => key !== metric) : [...flipped, metric] }))}
      >
        log
      </Button>
      <IconButton icon={Table2} size="s" label="Values as a table" aria-pressed={table} onClick={() => onTable(!table)} />
      <IconButton icon={full ? Minimize2 : Maximize2} size="s" label={full ? "Leave full screen" : "Full screen"} onClick={() => change(() => ({ full: full ? undefined : metric }))} />
      <ChartMenu metric={metric} asked={asked} />
    </header>
  );
});

function Full({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal?.();
    return () => element?.close?.();
  }, []);
  return (
    <dialog ref={dialog} className={styles.full} onClose={onClose} aria-label="Full screen">
      <div className={styles.card}>{children}</div>
    </dialog>
  );
}

function Chart({ metric, traces, looks, view, onView, figures, emphasised = null, height = 210, syncKey = "charts", waiting, fault, told: more }: Props) {
  // It comes while the first values are asked for; where it cannot, the chart says so when it is to be drawn.
  useEffect(() => void loadPlot().catch(ignore), []);
  const [table, setTable] = useState(false);
  const [here, setHere] = useState(false);
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const logY = isLogY(view, metric);
  const { x: wanted, smoothing, weight, ghosts, logX, zoom, hidden } = view;
  const shown = useMemo(() => traces.filter((trace) => !hidden.includes(trace.id)), [traces, hidden]);
  // What smoothing leaves as it is: a step of its slider works out the lines and nothing else.
  const still = useMemo(() => drawAll(shown, { axis: wanted, smoothing: "none", weight: 0, ghosts, logX, logY }), [shown, wanted, ghosts, logX, logY]);
  const smoothed = smoothing !== "none" && weight > 0;
  const drawn = useMemo(
    () => (smoothed ? drawAll(shown, { axis: wanted, smoothing, weight, ghosts, logX, logY }) : still),
    [smoothed, still, shown, wanted, smoothing, weight, ghosts, logX, logY],
  );
  const axis = drawn.find((d) => d.x.length > 0)?.axis ?? wanted;
  // A zoom is in units of the wanted axis.
  const x: Range = useMemo(() => (zoom && axis === wanted ? zoom : xExtent(still)), [zoom, axis, wanted, still]);
  const chosen = view.ranges[metric];
  const own = useMemo(() => (view.outliers ? null : robust(drawn, x)), [view.outliers, drawn, x]);
  const whole = useMemo(() => extent(still, x, logY), [still, x, logY]);
  const y: Range = chosen ?? own ?? whole;
  const reads = useMemo(() => (cursor ? readAt(drawn, cursor.x) : []), [cursor, drawn]);
  const beyond = own && !chosen ? outside(drawn, y) : 0;
  const told = useMemo(() => noteOf(still, wanted), [still, wanted]);
  const note = told + (beyond > 0 ? `; ${beyond} outside the scale` : "") + (more ? `; ${more}` : "");
  const label = useMemo(() => inWords(metric, still), [metric, still]);
  const empty = drawn.every((d) => d.x.length === 0);
  const groups = drawn.some((d) => d.group);
  const set = (part: Partial<ChartView>) => onView({ ...view, ...part });
  // What the head's buttons need is asked for when one is pressed: a step of a slider draws no head.
  const newest = useRef<MenuProps>(null);
  useEffect(() => {
    newest.current = { metric, traces: shown, view, onView, picture: { title: metric, drawn, looks, axis, logX, logY, x, y, smoothed, note } };
  });
  const asked = useCallback(() => newest.current, []);
  const change = useCallback((part: (view: ChartView) => Partial<ChartView>) => {
    const now = newest.current;
    now?.onView({ ...now.view, ...part(now.view) });
  }, []);
  const emphasis = emphasised === null ? -1 : drawn.findIndex((d) => d.id === emphasised);

  const near = () => {
    if (!cursor || reads.length < 2) return null;
    const f = logY ? Math.log : (v: number) => v;
    const at = f(y[1]) - (cursor.top / (height - 36)) * (f(y[1]) - f(y[0]));
    return reads.reduce((best, read) => (Math.abs(f(read.line) - at) < Math.abs(f(best.line) - at) ? read : best), reads[0]!).id;
  };
  return (
    <>
      <Head metric={metric} figures={figures} zoomed={zoom !== undefined} logY={logY} table={table} full={view.full === metric} onTable={setTable} change={change} asked={asked} />
      {table ? (
        <ChartTable traces={shown} />
      ) : (
        <div
          className={styles.body}
          onPointerEnter={() => setHere(true)}
          onPointerLeave={() => setHere(false)}
          onFocus={() => setHere(true)}
          onBlur={() => setHere(false)}
        >
          {empty ? (
            <div className={styles.waiting} style={{ height }} role={waiting ? "status" : undefined}>
              {fault ?? (waiting ? "Loading…" : shown.length === 0 ? "Every line is switched off." : "No points yet.")}
            </div>
          ) : (
            <Suspense fallback={<div style={{ height }} />}>
              <Plot
                drawn={drawn}
                looks={looks}
                axis={axis}
                logX={logX}
                logY={logY}
                smoothed={smoothed}
                x={x}
                y={y}
                height={height}
                emphasised={emphasis < 0 ? null : emphasis}
                syncKey={syncKey}
                label={label}
                onCursor={setCursor}
                onZoom={(range) => axis === wanted && set({ zoom: range })}
                onReset={() => set({ zoom: undefined })}
              />
            </Suspense>
          )}
          {here && cursor && reads.length > 0 ? (
            <Readout reads={reads} looks={looks} axis={axis} smoothed={smoothed} groups={groups} left={cursor.left} right={cursor.right} near={near()} />
          ) : null}
          <output className="sr">{here ? readWords(reads, axis) : ""}</output>
        </div>
      )}
      {empty ? null : <p className={styles.note}>{note}</p>}
    </>
  );
}
