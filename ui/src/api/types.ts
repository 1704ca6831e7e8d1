import type { Made } from "./made";

/** What the service shows. Numbers that may be NaN or infinite have been through `parseJson`. Times are ISO-8601, UTC. */
export type RunState =
  | "QUEUED"
  | "STARTING"
  | "RUNNING"
  | "PAUSING"
  | "PAUSED"
  | "CANCELLING"
  | "FINISHED"
  | "PRUNED"
  | "FAILED"
  | "CANCELLED";

export const RUN_STATES: readonly RunState[] = [
  "QUEUED",
  "STARTING",
  "RUNNING",
  "PAUSING",
  "PAUSED",
  "CANCELLING",
  "FINISHED",
  "PRUNED",
  "FAILED",
  "CANCELLED",
];

export type SweepState = "RUNNING" | "PAUSED" | "FINISHED" | "CANCELLED";
export type Action = "pause" | "resume" | "cancel" | "retry";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

export interface Summary {
  last?: number | null;
  lastStep?: number | null;
  min?: number | null;
  max?: number | null;
  best?: number | null;
  bestStep?: number | null;
  count: number;
  nonFinite: number;
  goal?: "MAX" | "MIN" | null;
  /** How its values are written, where the metric is defined; not in lists. */
  unit?: string | null;
  decimals?: number | null;
}

export interface RunView {
  id: string;
  project: string;
  experiment: string;
  sweep?: string | null;
  sweepName?: string | null;
  index?: number | null;
  name: string;
  state: RunState;
  reason?: string | null;
  message?: string | null;
  attempt: number;
  priority: number;
  labels?: Record<string, string> | null;
  /** What people put there, by name. */
  tags?: Record<string, string>;
  starred?: boolean;
  /** All its files stay, and it is not deleted. */
  pinned?: boolean;
  archived?: boolean;
  deletedAt?: string | null;
  hasNote?: boolean;
  createdAt: string;
  createdBy: string;
  startedAt?: string | null;
  endedAt?: string | null;
  step?: number | null;
  steps?: number | null;
  epoch?: number | null;
  epochs?: number | null;
  /** With the defaults that act; as it is stored where specFault says why it cannot be read. */
  spec: JsonObject;
  specFault?: string | null;
  specHash?: string | null;
  /** The spec as it was submitted; not in lists. */
  document?: JsonObject | null;
  params: Record<string, Json>;
  /** Every value that acts, by dotted path; in lists those that were asked for. */
  config?: Record<string, Json> | null;
  /** Who said each value of `config`; not in lists. */
  origin?: Record<string, "axis" | "base" | "default"> | null;
  /** What was asked for as `field=`, by the field as it was written; in lists. */
  values?: Record<string, Json> | null;
  summary: Record<string, Summary>;
  device?: string | null;
  waiting?: string | null;
  /** Kept by its own program, which the lab neither queues nor stops. */
  external?: boolean;
  /** When the program of an external run last wrote. */
  heardAt?: string | null;
  /** The run that its program put it below. */
  parent?: string | null;
  parentName?: string | null;
  /** How many runs are below it. */
  children?: number;
  /** What its attempt makes before the first step, where that takes long. */
  preparing?: { what: string; done: number; of: number } | null;
  /** Versions, host, device, commit, where they are known. */
  environment?: JsonObject | null;
  dataFingerprint?: string | null;
  /** Seconds that devices spent on it, waits left out. */
  deviceSeconds?: number | null;
}

export interface SweepView {
  id: string;
  project: string;
  experiment: string;
  name: string;
  state: SweepState;
  spec: JsonObject;
  total: number;
  created: number;
  states: Partial<Record<RunState, number>>;
  createdAt: string;
  createdBy: string;
  endedAt?: string | null;
  /** What came of it: that all runs are over says nothing about how. */
  outcome?: string | null;
}

export type Lease = Made<"Lease", "run" | "attempt" | "since" | "expiresAt">;

export type DeviceView = Omit<Made<"DeviceView", "id" | "host" | "key" | "kind" | "name" | "memoryBytes" | "slots" | "state">, "lease" | "lastFailure"> & {
  lease?: Lease | null;
  lastFailure?: Made<"DeviceFailure", "run" | "attempt"> | null;
};

export interface WorkerView {
  id: string;
  host: string;
  pid?: number | null;
  version?: string | null;
  state?: string | null;
  lastSeen?: string | null;
  startedAt?: string | null;
}

export interface AttemptView {
  attempt: number;
  device?: string | null;
  host?: string | null;
  state: string;
  startedAt?: string | null;
  endedAt?: string | null;
  startStep: number;
  endStep?: number | null;
  outcome?: string | null;
  message?: string | null;
}

export interface EventView {
  seq: number;
  time: string;
  run?: string | null;
  sweep?: string | null;
  who: string;
  kind: string;
  from?: string | null;
  to?: string | null;
  why?: string | null;
}

export interface CheckpointView {
  step: number;
  epoch: number;
  best: boolean;
  attempt?: number | null;
  createdAt?: string | null;
  /** The best value so far when it was made, and of which metric. */
  value?: number | null;
  key?: string | null;
  files?: { name: string; size: number; sha256: string }[] | null;
}

export interface ArtifactView {
  name: string;
  sha256: string;
  size: number;
  kind?: string | null;
  attempt?: number | null;
  createdAt?: string | null;
}

export interface LogLine {
  seq: number;
  time: string;
  attempt: number;
  line: string;
}

export interface Point {
  step: number;
  epoch?: number | null;
  value: number;
  time: string;
  attempt: number;
}

export interface Bucket {
  from: number;
  to: number;
  min: number | null;
  max: number | null;
  first: number | null;
  last: number | null;
  count: number;
  nonFinite: number;
}

/** One curve: every point when there are few, else buckets that keep the extremes. */
export interface History {
  key: string;
  total: number;
  exact: boolean;
  points?: Point[] | null;
  buckets?: Bucket[] | null;
  ghosts?: { attempt: number; points: Point[] }[] | null;
}

export interface MetricKey extends Summary {
  key: string;
}

export interface TableRow {
  params: Record<string, Json>;
  seeds: number[];
  n: number;
  expected: number;
  mean?: number | null;
  std?: number | null;
  min?: number | null;
  max?: number | null;
  values: number[];
  runs: string[];
}

export interface SweepTable {
  metric: string;
  rows: TableRow[];
}

export type Experiment = Omit<Made<"ExperimentView", "name" | "runs">, "judgedBy"> & { judgedBy?: Made<"JudgedBy", "key" | "goal"> | null };

export interface Page<T> {
  items: T[];
  next?: string | null;
  total: number;
}

/** The service counts runs up to a limit: with `more` there are more than `total`. */
export interface RunsPage extends Page<RunView> {
  more: boolean;
  /** Metrics that runs of this page have; a row carries those asked for. */
  metrics: string[];
}

/** What runs will cost, from finished runs of their kind. */
export interface Estimate {
  runs: number;
  deviceHours: number;
  /** How many finished runs tell. */
  from: number;
  kind: string;
}

export interface Checked {
  kind: "run" | "sweep";
  runs: number;
  spec: JsonObject;
  estimate?: Estimate | null;
  /** What whoever asks should know. */
  note?: string | null;
}

export interface Session {
  person: string;
}

export interface Lab {
  version: string;
  mode: "embedded" | "lab";
  uptimeSeconds: number;
  schedulerOk: boolean;
  temporalOk: boolean;
}
