import createClient from "openapi-fetch";
import type { BulkAsk, SavedViewAsk } from "./curating";
import type { FleetPaths } from "./fleet";
import { decode } from "./numbers";
import type { GroupsQuery, paths, RunsQuery, RunsScope, SweepsQuery } from "./paths";
import type { JudgedPaths } from "./judged";
import type { OrderPaths } from "./order";
import type { PeoplePaths } from "./people";
import type { SearchPaths } from "./sweepSearch";
import { problemOf, toProblem } from "./problem";
import { inProject } from "./project";
import type { ReportPaths } from "./reports";
import type { BandsAsk, SeriesAsked } from "./series";
import type { Action, JsonObject } from "./types";

export const http = createClient<paths & FleetPaths & JudgedPaths & OrderPaths & PeoplePaths & ReportPaths & SearchPaths>({
  baseUrl: location.origin,
  querySerializer: { array: { style: "form", explode: true } },
  // Looked up at each call, so that a test can answer in its place.
  fetch: (request) => globalThis.fetch(inProject(request)),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export async function unwrap<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (cause) {
    throw toProblem(cause);
  }
  if (!answer.response.ok || answer.data === undefined) throw problemOf(answer.response.status, answer.error);
  return decode(answer.data);
}

/** Of what answers with nothing. */
export async function unwrapNothing(asked: Promise<Answer<undefined>>): Promise<void> {
  let answer: Answer<undefined>;
  try {
    answer = await asked;
  } catch (cause) {
    throw toProblem(cause);
  }
  if (!answer.response.ok) throw problemOf(answer.response.status, answer.error);
}

/** Listings are arrays, or pages that hold one. */
async function items<T>(asked: Promise<Answer<T[] | { items: T[] }>>): Promise<T[]> {
  const found = await unwrap(asked);
  return Array.isArray(found) ? found : found.items;
}

const of = (id: string) => ({ params: { path: { id } } });

/** Every request the page makes. All reject with a `Problem`. */
export const api = {
  /** Turns a token into the cookie that every later request carries. */
  signIn: (token: string) => unwrap(http.POST("/api/v1/session", { headers: { Authorization: `Bearer ${token}` } })),
  lab: () => unwrap(http.GET("/api/v1/lab")),
  /** When experiments were worked on: those that were last. */
  activity: async () => (await unwrap(http.GET("/api/v1/home"))).experiments,
  experiments: () => items(http.GET("/api/v1/experiments")),
  devices: () => items(http.GET("/api/v1/devices")),
  workers: () => items(http.GET("/api/v1/workers")),

  runs: (query: RunsQuery) => unwrap(http.GET("/api/v1/runs", { params: { query } })),
  groups: (query: GroupsQuery) => unwrap(http.GET("/api/v1/runs/groups", { params: { query } })),
  keys: (scope: RunsScope) => unwrap(http.GET("/api/v1/keys", { params: { query: scope } })),
  run: (id: string) => unwrap(http.GET("/api/v1/runs/{id}", of(id))),
  attempts: (id: string) => items(http.GET("/api/v1/runs/{id}/attempts", of(id))),
  events: (id: string) => items(http.GET("/api/v1/runs/{id}/events", of(id))),
  checkpoints: (id: string) => items(http.GET("/api/v1/runs/{id}/checkpoints", of(id))),
  artifacts: (id: string) => items(http.GET("/api/v1/runs/{id}/artifacts", of(id))),
  logs: (id: string, after: number) =>
    unwrap(http.GET("/api/v1/runs/{id}/logs", { params: { path: { id }, query: { after, limit: 1000 } } })),
  /** The last lines that a run printed, in the order printed. */
  lastLines: (id: string, last: number) => unwrap(http.GET("/api/v1/runs/{id}/logs", { params: { path: { id }, query: { last } } })),
  /** Curves of many runs and metrics at once, or what has come since. */
  series: (body: SeriesAsked) => unwrap(http.POST("/api/v1/metrics/series", { body })),
  /** The same to many runs, by id or by filter. */
  bulk: (body: BulkAsk) => unwrap(http.POST("/api/v1/runs/bulk", { body })),
  checkBulk: (body: BulkAsk) => unwrap(http.POST("/api/v1/runs/bulk/check", { body })),
  /** @param at where the caret is, in characters */
  completeFilter: (text: string, at: number, { experiment, sweep }: RunsScope) => unwrap(http.GET("/api/v1/runs/filter/complete", { params: { query: { text, at: String(at), experiment, sweep } } })),
  views: (page: string) => items(http.GET("/api/v1/views", { params: { query: { page } } })),
  makeView: (body: SavedViewAsk) => unwrap(http.POST("/api/v1/views", { body })),
  changeView: (id: string, body: SavedViewAsk) => unwrap(http.PUT("/api/v1/views/{id}", { ...of(id), body })),
  deleteView: (id: string) => unwrapNothing(http.DELETE("/api/v1/views/{id}", of(id))),
  /** Means of groups, over all runs that match. */
  bands: (body: BandsAsk) => unwrap(http.POST("/api/v1/metrics/bands", { body })),
  actOnRun: (id: string, action: Action) => unwrap(http.POST("/api/v1/runs/{id}/{action}", { params: { path: { id, action } } })),

  sweeps: (query: SweepsQuery) =>
    unwrap(http.GET("/api/v1/sweeps", { params: { query } })),
  sweep: (id: string) => unwrap(http.GET("/api/v1/sweeps/{id}", of(id))),
  sweepTable: (id: string, metric: string, value: "last" | "best") =>
    unwrap(http.GET("/api/v1/sweeps/{id}/table", { params: { path: { id }, query: { metric, value } } })),
  actOnSweep: (id: string, action: Action) => unwrap(http.POST("/api/v1/sweeps/{id}/{action}", { params: { path: { id, action } } })),

  schema: (kind: "run" | "sweep") => unwrap(http.GET(`/api/v1/schemas/${kind}`)),
  check: (body: JsonObject) => unwrap(http.POST("/api/v1/specs/check", { body })),
  /** @param key makes a repeated submission return what the first one made */
  submitRun: (body: JsonObject, key: string) =>
    unwrap(http.POST("/api/v1/runs", { body, params: { header: { "Idempotency-Key": key } } })),
  submitSweep: (body: JsonObject, key: string) =>
    unwrap(http.POST("/api/v1/sweeps", { body, params: { header: { "Idempotency-Key": key } } })),
};
