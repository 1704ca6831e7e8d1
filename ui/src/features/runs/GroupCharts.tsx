import { useQuery } from "@tanstack/react-query";
import { LineChart } from "lucide-react";
import { useMemo, useRef } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { NamedMetric, RunGroup } from "../../api/overRuns";
import type { RunsScope } from "../../api/paths";
import { toProblem } from "../../api/problem";
import type { Band, BandsAsk } from "../../api/series";
import { NO_WALL_MEAN, type XAxis } from "../../charts/axis";
import charts from "../../charts/charts.module.css";
import { ChartToolbar } from "../../charts/ChartToolbar";
import { sectionsOf } from "../../charts/sections";
import { SeriesChart } from "../../charts/SeriesChart";
import type { Trace } from "../../charts/trace";
import { useLively } from "../../charts/useLively";
import { useVisible } from "../../charts/useVisible";
import { type ChartView, matcher, readChartView, writeChartView } from "../../charts/view";
import type { Look } from "../../components/colour";
import { EmptyState } from "../../components/display/EmptyState";
import { some } from "../../components/format";
import { useUrlState } from "../../components/navigation";
import { askedGroups } from "./drawnGroups";
import { GroupTiles, usePoints } from "./GroupTiles";
import { OneByOne } from "./oneByOne";
import { groupId, groupName } from "./rows";

const CODEC = { read: readChartView, write: writeChartView };
const BUCKETS = 300;
/** Axes as the service names them. */
const ASKED: Record<XAxis, BandsAsk["x"]> = { step: undefined, epoch: "EPOCH", relative: "RELATIVE", device: "DEVICE", wall: undefined };
const NOWHERE: Partial<Record<XAxis, string>> = {
  epoch: "No run of the drawn groups tells its epochs: choose step.",
  device: "No run of the drawn groups was on a device of the lab: choose time since the run started.",
};
const HEIGHT = 210;
/** A band is one look at all runs of its groups: ten at once would make each of them, and the table, wait for all. */
const questions = new OneByOne();
/** What a card has around its plot. */
const AROUND = 70;

interface Props {
  by: readonly string[];
  scope: RunsScope;
  metrics: readonly NamedMetric[];
  /** Those of the table, and how many there are. */
  groups: readonly RunGroup[];
  total: number;
  /** Ids of the groups whose eye is open. */
  drawn: readonly string[];
  looks: ReadonlyMap<string, Look>;
  emphasised: string | null;
  /** The table has not been answered yet: it goes first. */
  waiting: boolean;
}

/** Each metric's mean over all runs of a group, whether they are loaded or not, with a band of one deviation. */
export function GroupCharts({ by, scope, metrics, groups, total, drawn, looks, emphasised, waiting }: Props) {
  const [view, setView] = useLively(...useUrlState(CODEC));
  const { filter, asked, left } = useMemo(() => askedGroups(groups, drawn, total), [groups, drawn, total]);
  const narrowed = useMemo((): RunsScope => (filter ? { ...scope, filter: [...(scope.filter ?? []), filter] } : scope), [scope, filter]);
  const known = usePoints(narrowed, metrics, !waiting && drawn.length > 0);
  const sections = sectionsOf(
    metrics.map((metric) => metric.key),
    known.points,
    matcher(view.find),
  );
  // Nothing is asked for that may turn out to be a number.
  const early = waiting || known.pending;
  // An eye that is closed is no line that is switched off.
  const shown = useMemo((): ChartView => ({ ...view, hidden: [] }), [view]);
  if (drawn.length === 0) {
    return (
      <EmptyState title="No group is drawn." icon={LineChart}>
        <p>Open a group's eye in the table to draw its mean here.</p>
      </EmptyState>
    );
  }
  return (
    <>
      <ChartToolbar view={shown} onView={(next) => setView({ ...next, hidden: view.hidden })} ghosts={false} />
      {left > 0 ? (
        <p className="faint" role="status">
          {some(left, "drawn group")} without a line: one question has room for the filters of {asked.length}. Close the eyes of others to see {left === 1 ? "it" : "them"}.
        </p>
      ) : null}
      {sections.map((section) => (
        <section key={section.name} className={charts.section} aria-label={section.name || "other"}>
          <h2>{section.name || "other"}</h2>
          {section.scalars.length > 0 ? <GroupTiles names={section.scalars} metrics={metrics} by={by} scope={narrowed} drawn={asked} looks={looks} questions={questions} waiting={early} /> : null}
          <div className={charts.grid}>
            {section.charts.map((key) => (
              <BandChart key={key} metric={key} by={by} scope={narrowed} drawn={asked} looks={looks} emphasised={emphasised} waiting={early} view={shown} onView={(next) => setView({ ...next, hidden: view.hidden })} />
            ))}
          </div>
        </section>
      ))}
    </>
  );
}

/** A group's mean as charts draw lines. @param axis that the service was asked for */
export function traceOf(band: Band, metric: string, axis: XAxis): Trace {
  const edge = (sign: 1 | -1) => band.mean.map((mean, i) => mean + sign * (band.std[i] ?? 0));
  return {
    id: groupId(band.by),
    label: groupName(band.by),
    series: { run: "", key: metric, points: band.steps.length, nonFinite: 0, exact: true, steps: band.steps, times: band.steps.map(() => 0), last: band.mean, min: edge(-1), max: edge(1) },
    runs: band.n,
    placed: band.x ? { axis, x: band.x } : undefined,
  };
}

interface ChartProps extends Omit<Props, "metrics" | "groups" | "total"> {
  metric: string;
  view: ChartView;
  onView: (view: ChartView) => void;
}

/** Read and followed only while it is in sight. */
function BandChart({ metric, by, scope, drawn, looks, view, onView, emphasised, waiting }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const visible = useVisible(box) || view.full === metric;
  const { zoom, x } = view;
  // By steps and in whole ones where nothing else is asked for; the wall clock is not asked for at all.
  const axis = ASKED[x];
  const ask = useMemo(() => {
    const runs = { ...scope };
    delete runs.deleted;
    return {
      ...runs,
      by: [...by],
      key: metric,
      buckets: BUCKETS,
      ...(axis ? { x: axis } : {}),
      ...(zoom ? (axis ? { from: Math.max(0, zoom[0]), to: Math.max(0, zoom[1]) } : { from: Math.max(0, Math.floor(zoom[0])), to: Math.max(0, Math.ceil(zoom[1])) }) : {}),
    };
  }, [scope, by, metric, zoom, axis]);
  const answer = useQuery({ queryKey: keys.bands(ask), queryFn: ({ signal }) => questions.next(() => api.bands(ask), signal), enabled: visible && !waiting && x !== "wall", placeholderData: (old, asked) => (asked?.queryKey[1].x === ask.x ? old : undefined), staleTime: 10_000 });
  const traces = useMemo(() => (x === "wall" ? [] : (answer.data?.groups ?? []).map((band) => traceOf(band, metric, x)).filter((trace) => drawn.includes(trace.id))), [answer.data, metric, drawn, x]);
  const lines = traces.filter((trace) => trace.series.steps.length > 0).length;
  const without = answer.data && !answer.isPlaceholderData ? drawn.length - lines : 0;
  return (
    <div ref={box} style={{ minHeight: HEIGHT + AROUND, minWidth: 0 }}>
      {visible ? (
        <SeriesChart
          metric={metric}
          traces={traces}
          looks={looks}
          view={view}
          onView={onView}
          emphasised={emphasised}
          height={HEIGHT}
          waiting={answer.isPending && x !== "wall"}
          told={without > 0 ? `no values of ${without} of ${some(drawn.length, "drawn group")}` : undefined}
          fault={x === "wall" ? `${NO_WALL_MEAN}.` : answer.error && !answer.data ? toProblem(answer.error).message : answer.isPending ? undefined : zoom ? "No points in this stretch: reset the zoom." : NOWHERE[x]}
        />
      ) : null}
    </div>
  );
}
