import { useMemo } from "react";
import type { RunView } from "../../api/types";
import { arranged, filtersOf, insideOf, paramAxis, type PlotAxis, RESULT, resultAxis, varying } from "./axes";
import type { SweepPageView } from "./view";

/** What the brushes of the parallel coordinates hold: the same runs in every plot, table and curve of the page. */
export interface Brushed {
  /** Of each parameter in which the runs differ, then of the result. */
  axes: PlotAxis[];
  /** The same as they stand in the parallel coordinates. */
  parallel: PlotAxis[];
  /** Runs inside all brushes; all of them where nothing is brushed. */
  runs: readonly RunView[];
  /** The same for the service's lists. */
  filters: string[];
  /** Whether a run, or what is like one, lies inside. */
  inside: (run: RunView) => boolean;
}

export function useBrushed(all: readonly RunView[], metric: string, view: SweepPageView): Brushed {
  const { log, value, order, flipped, brushes } = view;
  const axes = useMemo(() => {
    const isLog = (id: string) => log?.includes(id);
    return [...varying(all).map((path) => paramAxis(all, path, isLog(path))), resultAxis(all, metric, value, isLog(RESULT))];
  }, [all, metric, log, value]);
  const parallel = useMemo(() => arranged(axes, order, flipped), [axes, order, flipped]);
  return useMemo(() => {
    const inside = insideOf(parallel, brushes);
    return { axes, parallel, inside, runs: brushes.length > 0 ? all.filter(inside) : all, filters: filtersOf(parallel, brushes) };
  }, [all, axes, parallel, brushes]);
}
