import { setOrDrop, type UrlState } from "../../components/navigation";

export interface Brush {
  axis: string;
  low: number;
  high: number;
}

export const VALUES = ["last", "best"] as const;
export type MetricValue = (typeof VALUES)[number];
export const PLOTS = ["parallel", "slice", "best", "importance", "contour", "timeline", "rungs", "front"] as const;
export const OVERS = ["runs", "hours", "device-hours"] as const;
export type Over = (typeof OVERS)[number];
export type PlotKind = (typeof PLOTS)[number];

/** What the sweep page's own part shows; the runs table below keeps its own names in the same address. */
export interface SweepPageView {
  /** Undefined: the sweep's own. */
  metric: string | undefined;
  /** Which of a metric's values counts, in the table and in every plot. */
  value: MetricValue;
  plot: PlotKind;
  /** Axes drawn by logarithm; undefined: those that span more than a decade. */
  log: string[] | undefined;
  brushes: Brush[];
  /** Against what the best so far is drawn. */
  over: Over;
  /** Axes of the parallel plot from left to right; those that are not named follow as they are. */
  order: string[];
  /** Axes of the parallel plot that stand on their heads. */
  flipped: string[];
}

export const sweepUrl: UrlState<SweepPageView> = {
  read: (search) => ({
    metric: search.get("metric") ?? undefined,
    value: search.get("value") === "best" ? "best" : "last",
    // Slices are what "scatter" was, for all parameters at once.
    plot: search.get("plot") === "scatter" ? "slice" : (PLOTS.find((plot) => plot === search.get("plot")) ?? "parallel"),
    log: search.has("plog") ? search.getAll("plog").filter((axis) => axis !== "-") : undefined,
    brushes: search.getAll("brush").flatMap(brush),
    over: OVERS.find((over) => over === search.get("over")) ?? "runs",
    order: search.getAll("pax"),
    flipped: search.getAll("pflip"),
  }),
  write: (view, search) => {
    setOrDrop(search, "metric", view.metric);
    setOrDrop(search, "value", view.value === "last" ? undefined : view.value);
    setOrDrop(search, "plot", view.plot === "parallel" ? undefined : view.plot);
    setOrDrop(search, "over", view.over === "runs" ? undefined : view.over);
    search.delete("px");
    search.delete("plog");
    // An empty choice is a choice too.
    for (const axis of view.log?.length === 0 ? ["-"] : (view.log ?? [])) search.append("plog", axis);
    for (const [name, axes] of [["pax", view.order], ["pflip", view.flipped]] as const) {
      search.delete(name);
      for (const axis of axes) search.append(name, axis);
    }
    search.delete("brush");
    for (const { axis, low, high } of view.brushes) search.append("brush", `${low}:${high}:${axis}`);
  },
};

function brush(text: string): Brush[] {
  const found = /^([^:]+):([^:]+):(.+)$/.exec(text);
  if (!found) return [];
  const [low, high] = [Number(found[1]), Number(found[2])];
  return Number.isFinite(low) && Number.isFinite(high) ? [{ axis: found[3]!, low, high }] : [];
}

/** Of a point that others carry out: it is drawn as a run is. */
export const idOfPoint = (sweep: string, point: number) => `${sweep}?point=${point}`;

/** Where a run is shown; a point that others carry out is shown with its sweep. */
export const pageOf = (run: string) => (run.includes("?") ? `/sweeps/${run}` : `/runs/${run}`);
