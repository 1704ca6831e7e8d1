import { setOrDrop, type UrlState } from "../../components/navigation";

export interface Brush {
  axis: string;
  low: number;
  high: number;
}

/** What the sweep page's own part shows; the runs table below keeps its own names in the same address. */
export interface SweepPageView {
  /** Undefined: the sweep's own. */
  metric: string | undefined;
  plot: "parallel" | "scatter";
  /** Axis of the scatter; undefined: the first. */
  x: string | undefined;
  /** Axes drawn by logarithm; undefined: those that span more than a decade. */
  log: string[] | undefined;
  brushes: Brush[];
}

export const sweepUrl: UrlState<SweepPageView> = {
  read: (search) => ({
    metric: search.get("metric") ?? undefined,
    plot: search.get("plot") === "scatter" ? "scatter" : "parallel",
    x: search.get("px") ?? undefined,
    log: search.has("plog") ? search.getAll("plog").filter((axis) => axis !== "-") : undefined,
    brushes: search.getAll("brush").flatMap(brush),
  }),
  write: (view, search) => {
    setOrDrop(search, "metric", view.metric);
    setOrDrop(search, "plot", view.plot === "parallel" ? undefined : view.plot);
    setOrDrop(search, "px", view.x);
    search.delete("plog");
    // An empty choice is a choice too.
    for (const axis of view.log?.length === 0 ? ["-"] : (view.log ?? [])) search.append("plog", axis);
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
