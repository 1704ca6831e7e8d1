import { setOrDrop, type UrlState } from "../../components/navigation";

export const TABS = ["curves", "spec", "attempts", "checkpoints", "events", "logs", "artifacts"] as const;
export type Tab = (typeof TABS)[number];
export type XAxis = "step" | "epoch" | "time";

/** What the run page shows, all of it in the address. */
export interface RunPageView {
  tab: Tab;
  /** Weight of the past in the moving average, 0 (none) to 0.99. */
  smoothing: number;
  logY: boolean;
  x: XAxis;
  ghosts: boolean;
  /** Part of the metric names shown. */
  find: string;
}

function within(text: string | null): number {
  const n = Number(text ?? 0);
  return Number.isFinite(n) ? Math.min(0.99, Math.max(0, n)) : 0;
}

export const runUrl: UrlState<RunPageView> = {
  read: (search) => ({
    tab: TABS.find((tab) => tab === search.get("tab")) ?? "curves",
    smoothing: within(search.get("smooth")),
    logY: search.get("log") === "1",
    x: (["step", "epoch", "time"] as const).find((x) => x === search.get("x")) ?? "step",
    ghosts: search.get("ghosts") === "1",
    find: search.get("find") ?? "",
  }),
  write: (view, search) => {
    setOrDrop(search, "tab", view.tab === "curves" ? undefined : view.tab);
    setOrDrop(search, "smooth", view.smoothing > 0 ? String(view.smoothing) : undefined);
    setOrDrop(search, "log", view.logY ? "1" : undefined);
    setOrDrop(search, "x", view.x === "step" ? undefined : view.x);
    setOrDrop(search, "ghosts", view.ghosts ? "1" : undefined);
    setOrDrop(search, "find", view.find);
  },
};
