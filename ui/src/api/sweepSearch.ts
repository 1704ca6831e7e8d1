import { http, unwrap } from "./client";
import type { Made } from "./made";
import type { Json, JsonObject } from "./types";

/** How much a parameter has to do with being among the best; the interval is that of 95 of 100 resamplings. */
export type Share = Made<"Share", "path" | "share" | "lo" | "hi" | "points">;

/** `said`: in words, where there are too few points to say anything. */
export type ImportanceView = Omit<Made<"ImportanceView", "metric" | "by" | "points" | "needed">, "shares"> & { shares: Share[] };

/** What is asked of importance: what has to do with being among the best, or what explains the metric over the whole space. */
export type ImportanceBy = "ped-anova" | "fanova";

/** `values`: one for each goal, the mean over the seeds. */
export type PointView = Omit<Made<"PointView", "point" | "source" | "state" | "runs">, "params"> & { params: Record<string, Json> };

export type PointsView = Omit<Made<"Points", "metrics">, "points" | "goals"> & { points: PointView[]; goals: ("max" | "min")[] };

/** What a pruner saw and decided; no decision at an epoch that is no rung. */
export type Reading = Made<"ReadingView", "seq" | "index" | "epoch" | "value">;

/** A portion of a sweep's runs: the n-th of each column belongs to the same run. */
export type Columns = Omit<
  Made<"RunColumns", "total" | "ids" | "indexes" | "runs" | "states" | "attempts" | "epochs">,
  "steps" | "startedAt" | "endedAt" | "deviceSeconds" | "params" | "metrics" | "failures"
> & {
  steps: (number | null)[];
  /** ms since 1970, as `endedAt`. */
  startedAt: (number | null)[];
  endedAt: (number | null)[];
  deviceSeconds: (number | null)[];
  params: Record<string, (Json | null)[]>;
  metrics: MetricColumn[];
  failures: Made<"FailedRun", "at">[];
};

export type MetricColumn = Omit<Made<"MetricColumn", "metric">, "last" | "best" | "count"> & { last: (number | null)[]; best: (number | null)[]; count: (number | null)[] };

/** The best value so far over all runs that ended: a step for each that was better than all before it. */
export type Progress = Omit<Made<"BestSoFar", "runs" | "hours" | "deviceHours" | "goal">, "steps"> & { steps: Made<"BestStep", "name" | "value" | "n" | "hours" | "deviceHours">[] };

/** One try at one of the sweep's runs: where, and from when to when. */
export type Tried = Made<"AttemptView", "attempt" | "state" | "grantedAt" | "startStep"> & { run: string };

interface Get<R> {
  get: { parameters: { path: { id: string }; query?: { after?: string } }; responses: { 200: { content: { "application/json": R } } } };
}

export interface SearchPaths {
  "/api/v1/sweeps/{id}/importance": {
    get: { parameters: { path: { id: string }; query: { by: ImportanceBy } }; responses: { 200: { content: { "application/json": ImportanceView } } } };
  };
  "/api/v1/sweeps/{id}/points/{point}/around": {
    get: { parameters: { path: { id: string; point: string } }; responses: { 200: { content: { "application/json": JsonObject } } } };
  };
  "/api/v1/sweeps/{id}/extend": {
    post: {
      parameters: { path: { id: string } };
      requestBody: { content: { "application/json": { points: number } } };
      responses: { 200: { content: { "application/json": PointsView } } };
    };
  };
  "/api/v1/sweeps/{id}/stop": { post: { parameters: { path: { id: string } }; responses: { 200: { content: { "application/json": PointsView } } } } };
  "/api/v1/sweeps/{id}/attempts": Get<Tried[]>;
  "/api/v1/sweeps/{id}/columns": {
    get: { parameters: { path: { id: string }; query: { metrics: string[]; after?: string | undefined } }; responses: { 200: { content: { "application/json": Columns } } } };
  };
  "/api/v1/sweeps/{id}/progress": {
    get: { parameters: { path: { id: string }; query: { metric: string; value: "last" | "best" } }; responses: { 200: { content: { "application/json": Progress } } } };
  };
  "/api/v1/sweeps/{id}/points": Get<PointsView>;
  "/api/v1/sweeps/{id}/rungs": Get<{ readings: Reading[]; next?: number | null }>;
}

const of = (id: string) => ({ params: { path: { id } } });

/** What a sweep has tried and learned. */
export const search = {
  importance: (sweep: string, by: ImportanceBy) => unwrap(http.GET("/api/v1/sweeps/{id}/importance", { params: { path: { id: sweep }, query: { by } } })),
  /** A sweep around its best point, as a person would write it. */
  around: (sweep: string) => unwrap(http.GET("/api/v1/sweeps/{id}/points/{point}/around", { params: { path: { id: sweep, point: "best" } } })),
  extend: (sweep: string, points: number) => unwrap(http.POST("/api/v1/sweeps/{id}/extend", { ...of(sweep), body: { points } })),
  stop: (sweep: string) => unwrap(http.POST("/api/v1/sweeps/{id}/stop", of(sweep))),
  attempts: (sweep: string) => unwrap(http.GET("/api/v1/sweeps/{id}/attempts", of(sweep))),
  /** @param after index of the last run of the portion before */
  columns: (sweep: string, metrics: string[], after?: number) =>
    unwrap(http.GET("/api/v1/sweeps/{id}/columns", { params: { path: { id: sweep }, query: { metrics, after: after?.toString() } } })),
  progress: (sweep: string, metric: string, value: "last" | "best") =>
    unwrap(http.GET("/api/v1/sweeps/{id}/progress", { params: { path: { id: sweep }, query: { metric, value } } })),
  points: (sweep: string) => unwrap(http.GET("/api/v1/sweeps/{id}/points", of(sweep))),
  /** The first 10,000: more say nothing to the eye. */
  rungs: (sweep: string) => unwrap(http.GET("/api/v1/sweeps/{id}/rungs", of(sweep))),
};
