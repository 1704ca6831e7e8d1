import { http, unwrap } from "./client";
import type { Json } from "./types";

/** How much a parameter has to do with being among the best; the interval is that of 95 of 100 resamplings. */
export interface Share {
  path: string;
  share: number;
  lo: number;
  hi: number;
  points: number;
}

export interface ImportanceView {
  metric: string;
  points: number;
  needed: number;
  /** In words, where there are too few points to say anything. */
  said?: string | null;
  shares: Share[];
}

export interface PointView {
  point: number;
  params: Record<string, Json>;
  source: string;
  sampler?: string | null;
  refused?: string | null;
  state: "OPEN" | "FINISHED" | "PRUNED" | "FAILED";
  /** One for each goal, the mean over the seeds. */
  values?: number[] | null;
  runs: string[];
}

export interface PointsView {
  metrics: string[];
  goals: ("max" | "min" | "MAX" | "MIN")[];
  best?: number | null;
  stopping?: string | null;
  points: PointView[];
}

/** What a pruner saw and decided; no decision at an epoch that is no rung. */
export interface Reading {
  seq: number;
  run: string;
  index: number;
  epoch: number;
  value: number;
  decision?: "KEEP" | "STOP" | null;
  why?: string | null;
}

interface Get<R> {
  get: { parameters: { path: { id: string }; query?: { after?: string } }; responses: { 200: { content: { "application/json": R } } } };
}

export interface SearchPaths {
  "/api/v1/sweeps/{id}/importance": Get<ImportanceView>;
  "/api/v1/sweeps/{id}/points": Get<PointsView>;
  "/api/v1/sweeps/{id}/rungs": Get<{ readings: Reading[]; next?: number | null }>;
}

const of = (id: string) => ({ params: { path: { id } } });

/** What a sweep has tried and learned. */
export const search = {
  importance: (sweep: string) => unwrap(http.GET("/api/v1/sweeps/{id}/importance", of(sweep))),
  points: (sweep: string) => unwrap(http.GET("/api/v1/sweeps/{id}/points", of(sweep))),
  /** The first 10,000: more say nothing to the eye. */
  rungs: (sweep: string) => unwrap(http.GET("/api/v1/sweeps/{id}/rungs", of(sweep))),
};
