import type { Only } from "../../api/judged";
import { type ChartView, readChartView, writeChartView } from "../../charts/view";
import { setOrDrop, type UrlState } from "../../components/navigation";

export const PARTS = ["curves", "configuration", "results", "images", "environment"] as const;
export type Part = (typeof PARTS)[number];
const ONLY = ["different", "first", "second", "neither"] as const satisfies readonly Only[];
export const VALUES = ["last", "best"] as const;
export type MetricValue = (typeof VALUES)[number];

/** What is compared and how, all of it in the address. */
export interface ComparePageView {
  /** Ids in the order of the columns. */
  runs: string[];
  /** The run that the others are compared with. */
  baseline: string;
  part: Part;
  /** Which of a metric's values counts. */
  value: MetricValue;
  /** Also what does not differ. */
  all: boolean;
  /** Runs that differ in the seed alone are one column. */
  together: boolean;
  chart: ChartView;
  images: ImagesView;
}

/** Which images two runs are compared on. */
export interface ImagesView {
  /** The run beside the baseline; empty: the first other one. */
  other: string;
  /** Judged set by its name; empty: the first that the baseline was judged on. */
  set: string;
  only: Only;
  /** Part of an image's name. */
  search: string;
}

export const compareUrl: UrlState<ComparePageView> = {
  read: (search) => {
    const runs = [...new Set(search.getAll("run").flatMap((text) => text.split(",")).filter(Boolean))];
    const base = search.get("base");
    return {
      runs,
      baseline: base && runs.includes(base) ? base : (runs[0] ?? ""),
      part: PARTS.find((part) => part === search.get("part")) ?? "curves",
      value: search.get("value") === "best" ? "best" : "last",
      all: search.get("all") === "1",
      together: search.get("seeds") === "together",
      chart: readChartView(search),
      images: {
        other: search.get("with") ?? "",
        set: search.get("set") ?? "",
        only: ONLY.find((only) => only === search.get("only")) ?? ONLY[0],
        search: search.get("search") ?? "",
      },
    };
  },
  write: (view, search) => {
    search.delete("run");
    for (const run of view.runs) search.append("run", run);
    setOrDrop(search, "base", view.baseline === view.runs[0] ? undefined : view.baseline);
    setOrDrop(search, "part", view.part === "curves" ? undefined : view.part);
    setOrDrop(search, "value", view.value === "last" ? undefined : view.value);
    setOrDrop(search, "all", view.all ? "1" : undefined);
    setOrDrop(search, "seeds", view.together ? "together" : undefined);
    setOrDrop(search, "with", view.images.other);
    setOrDrop(search, "set", view.images.set);
    setOrDrop(search, "only", view.images.only === ONLY[0] ? undefined : view.images.only);
    setOrDrop(search, "search", view.images.search);
    writeChartView(view.chart, search);
  },
};
