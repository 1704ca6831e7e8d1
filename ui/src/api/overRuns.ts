import type { Json, Page, RunState } from "./types";

/** What runs can be shown, filtered, sorted and grouped by. */
export interface KeyCatalogue {
  /** How many runs these are of. */
  of: number;
  params: ParamKey[];
  metrics: NamedMetric[];
  tags: TagKey[];
}

export interface TagKey {
  key: string;
  runs: number;
}

export interface ParamKey {
  key: string;
  type: "number" | "text" | "boolean" | "json" | "mixed";
  runs: number;
  distinct: number;
  varies: boolean;
  values: Json[];
}

export interface NamedMetric {
  key: string;
  runs: number;
  goal?: "MAX" | "MIN" | null;
  unit: string;
  decimals: number;
}

/** Of the finite values of a group. */
export interface Spread {
  n: number;
  mean?: number | null;
  std?: number | null;
  min?: number | null;
  max?: number | null;
}

export interface RunGroup {
  by: Record<string, Json>;
  /** Lists exactly its runs, beside what the groups were asked of. */
  filter: string;
  runs: number;
  states: Partial<Record<RunState, number>>;
  fields: Record<string, Spread>;
}

export interface GroupsPage extends Page<RunGroup> {
  more: boolean;
}
