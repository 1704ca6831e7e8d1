import { type ChartView, readChartView, writeChartView } from "../../charts/view";
import { setOrDrop, type UrlState } from "../../components/navigation";

export const TABS = ["overview", "curves", "configuration", "results", "pictures", "logs", "events", "attempts", "artifacts"] as const;
export type Tab = (typeof TABS)[number];

/** Names that addresses of older pages used. */
const FORMER: Record<string, Tab> = { spec: "configuration", checkpoints: "overview" };

/** What the run page shows, all of it in the address. */
export interface RunPageView {
  tab: Tab;
  chart: ChartView;
  /** Also the values that nobody set. */
  defaults: boolean;
  /** Text that pictures or log lines are searched for. */
  search: string;
  /** Picture that stands before the page. */
  picture: string | undefined;
}

export const runUrl: UrlState<RunPageView> = {
  read: (search) => {
    const tab = search.get("tab") ?? "";
    return {
      tab: TABS.find((one) => one === tab) ?? FORMER[tab] ?? "overview",
      chart: readChartView(search),
      defaults: search.get("defaults") !== "0",
      search: search.get("search") ?? "",
      picture: search.get("picture") ?? undefined,
    };
  },
  write: (view, search) => {
    setOrDrop(search, "tab", view.tab === "overview" ? undefined : view.tab);
    setOrDrop(search, "defaults", view.defaults ? undefined : "0");
    setOrDrop(search, "search", view.search);
    setOrDrop(search, "picture", view.picture);
    writeChartView(view.chart, search);
  },
};
