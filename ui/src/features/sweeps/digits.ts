import { createContext, useContext } from "react";
import type { RunView } from "../../api/types";
import { metric, type MetricFormat } from "../../components/format";

/** How the metric that the page is about writes its values; undefined: it is not defined, and shown as it comes. */
export const Digits = createContext<MetricFormat | undefined>(undefined);

/** A value of that metric with its own decimals. */
export function useDigits(): (value: number | null | undefined) => string {
  const format = useContext(Digits);
  return (value) => metric(value, format);
}

/** What the runs know of it. */
export const digitsOf = (runs: readonly RunView[], key: string): MetricFormat | undefined =>
  runs.map((run) => run.summary[key]).find((summary) => summary?.decimals !== undefined && summary.decimals !== null) ?? undefined;
