import type { BulkSelect } from "./curating";
import type { BandsAsk } from "./series";
import type { GroupsQuery, RunsQuery, RunsScope } from "./paths";

/** Names of what the query cache holds; a shorter key is a prefix of the longer ones that fall with it. */
export const keys = {
  lab: ["lab"] as const,
  experiments: ["experiments"] as const,
  devices: ["devices"] as const,
  workers: ["devices", "workers"] as const,
  runLists: ["runs"] as const,
  runs: (query: RunsQuery) => ["runs", query] as const,
  groups: (query: GroupsQuery) => ["groups", query] as const,
  /** The same page by page. */
  groupPages: (query: GroupsQuery) => ["groups", query, "pages"] as const,
  /** A metric's values move with every point: it is followed as a list is that is sorted by it. */
  bands: (ask: BandsAsk) => ["groups", { ...ask, sort: `metrics.${ask.key}` }, "bands"] as const,
  catalogue: (scope: RunsScope) => ["catalogue", scope] as const,
  /** What can be done to these. */
  bulk: (select: BulkSelect) => ["bulk", select] as const,
  completion: (text: string, at: number, scope: RunsScope) => ["completion", scope, text, at] as const,
  views: (page: string) => ["views", page] as const,
  run: (id: string) => ["run", id] as const,
  /** What changes only with the run's state: attempts, events, checkpoints, artifacts. */
  trail: (id: string) => ["trail", id] as const,
  attempts: (id: string) => ["trail", id, "attempts"] as const,
  events: (id: string) => ["trail", id, "events"] as const,
  checkpoints: (id: string) => ["trail", id, "checkpoints"] as const,
  artifacts: (id: string) => ["trail", id, "artifacts"] as const,
  sweepLists: ["sweeps"] as const,
  sweep: (id: string) => ["sweep", id] as const,
  /** Worked out from all of a sweep: not with each of its events. */
  insight: (id: string, what: "attempts" | "importance" | "points" | "progress" | "rungs") => ["insight", id, what] as const,
  sweepRuns: (id: string, metric: string) => ["insight", id, "runs", metric] as const,
  sweepTable: (id: string, metric: string) => ["sweep", id, "table", metric] as const,
  reports: ["reports"] as const,
  report: (id: string) => ["reports", id] as const,
  /** @param frozen hash; empty: as of now */
  reportTable: (id: string, frozen: string) => ["reports", id, "table", frozen] as const,
  preview: (text: string) => ["preview", text] as const,
  schema: (kind: string) => ["schema", kind] as const,
};
