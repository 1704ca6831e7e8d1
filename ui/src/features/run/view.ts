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
  /** Text that pictures, judged images or log lines are searched for. */
  search: string;
  /** Picture that stands before the page. */
  picture: string | undefined;
  judged: JudgedPart;
}

/** What of the answers is looked at. */
export interface JudgedPart {
  /** Beginning of a judged set's SHA-256; empty: the first. */
  set: string;
  /** Only classes of the set itself may be answered, where it has fewer than the run. */
  masked: boolean;
  /** Images of one class that were answered as one. */
  cell: { label: number; answer: number } | null;
  /** Wrong answers alone. */
  wrong: boolean;
}

/** As many digits of a set's SHA-256 as tell the sets of a run apart. */
export const SET_DIGITS = 12;

function cellIn(text: string | null): JudgedPart["cell"] {
  const [, label, answer] = /^(\d{1,6})-(\d{1,6})$/.exec(text ?? "") ?? [];
  return label === undefined || answer === undefined ? null : { label: Number(label), answer: Number(answer) };
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
      judged: { set: search.get("set") ?? "", masked: search.get("masked") !== "0", cell: cellIn(search.get("cell")), wrong: search.get("wrong") !== "0" },
    };
  },
  write: (view, search) => {
    setOrDrop(search, "tab", view.tab === "overview" ? undefined : view.tab);
    setOrDrop(search, "defaults", view.defaults ? undefined : "0");
    setOrDrop(search, "search", view.search);
    setOrDrop(search, "picture", view.picture);
    setOrDrop(search, "set", view.judged.set);
    setOrDrop(search, "masked", view.judged.masked ? undefined : "0");
    setOrDrop(search, "cell", view.judged.cell ? `${view.judged.cell.label}-${view.judged.cell.answer}` : undefined);
    setOrDrop(search, "wrong", view.judged.wrong ? undefined : "0");
    writeChartView(view.chart, search);
  },
};
