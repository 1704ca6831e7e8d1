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
  points: (sweep: string) => unwrap(http.GET("/api/v1/sweeps/{id}/points", of(sweep))),
  /** The first 10,000: more say nothing to the eye. */
  rungs: (sweep: string) => unwrap(http.GET("/api/v1/sweeps/{id}/rungs", of(sweep))),
};
