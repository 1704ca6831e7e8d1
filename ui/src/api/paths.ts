import type { BulkAsk, BulkCheck, BulkDone, Completion, SavedView, SavedViewAsk } from "./curating";
import type { BandsAnswer, BandsAsk, SeriesAnswer, SeriesAsked } from "./series";
import type * as O from "./overRuns";
import type * as T from "./types";

/** The part of the REST interface that the page uses, in the shape that openapi-typescript writes. */
interface Ok<R> {
  200: { content: { "application/json": R } };
}
interface Get<R, Path = undefined, Query = undefined> {
  get: {
    parameters: (Path extends undefined ? { path?: never } : { path: Path }) & { query?: Query };
    responses: Ok<R>;
  };
}
interface Post<R, Path = undefined, Body = undefined> {
  post: {
    parameters: (Path extends undefined ? { path?: never } : { path: Path }) & { header?: { "Idempotency-Key"?: string } };
    requestBody?: Body extends undefined ? never : { content: { "application/json": Body } };
    responses: Ok<R>;
  };
}
interface Change<Method extends "put" | "delete", R, Path, Body = undefined> {
  method: Method;
  operation: {
    parameters: { path: Path };
    requestBody?: Body extends undefined ? never : { content: { "application/json": Body } };
    responses: Ok<R>;
  };
}
/** The methods of one path beside reading and sending. */
type Changes<C extends { method: string; operation: unknown }> = { [M in C["method"]]: Extract<C, { method: M }>["operation"] };
interface Id {
  id: string;
}
type Acts<Prefix extends string, R> = Record<`${Prefix}/{id}/{action}`, Post<R, Id & { action: T.Action }>>;
interface Listed<R> {
  items: R[];
}

export interface RunsQuery {
  experiment?: string | undefined;
  sweep?: string | undefined;
  state?: string | undefined;
  filter?: string[] | undefined;
  sort?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
  /** Left out: none of these; `true`: these too; `only`: none but these. */
  archived?: "true" | "only" | undefined;
  deleted?: "only" | undefined;
  metrics?: string[] | undefined;
  param?: string[] | undefined;
  field?: string[] | undefined;
}

export type SweepsQuery = Pick<RunsQuery, "experiment" | "limit" | "cursor" | "archived" | "deleted"> & { /** Part of it, or how its id begins. */ name?: string | undefined };

/** Which runs a question over many is about. */
export type RunsScope = Pick<RunsQuery, "experiment" | "sweep" | "state" | "filter" | "archived" | "deleted">;

/** When an experiment was worked on. */
export interface Active {
  name: string;
  lastActivity: string;
  /** Runs queued on each of the last 14 days, today last. */
  activity: number[];
}

export interface GroupsQuery extends RunsScope {
  by: string[];
  field?: string[] | undefined;
  sort?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

export interface paths extends Acts<"/api/v1/runs", T.RunView>, Acts<"/api/v1/sweeps", T.SweepView> {
  "/api/v1/home": Get<{ experiments: Active[] }, undefined, { since?: string }>;
  "/api/v1/experiments": Get<T.Experiment[] | Listed<T.Experiment>>;
  "/api/v1/runs": Get<T.RunsPage, undefined, RunsQuery> & Post<T.RunView, undefined, T.JsonObject>;
  "/api/v1/runs/groups": Get<O.GroupsPage, undefined, GroupsQuery>;
  "/api/v1/keys": Get<O.KeyCatalogue, undefined, RunsScope>;
  "/api/v1/runs/{id}": Get<T.RunView, Id>;
  "/api/v1/runs/bulk": Post<BulkDone, undefined, BulkAsk>;
  "/api/v1/runs/bulk/check": Post<BulkCheck, undefined, BulkAsk>;
  "/api/v1/runs/filter/complete": Get<Completion, undefined, { text: string; at?: string; experiment?: string | undefined; sweep?: string | undefined }>;
  "/api/v1/views": Get<SavedView[], undefined, { page?: string }> & Post<SavedView, undefined, SavedViewAsk>;
  "/api/v1/views/{id}": Changes<Change<"put", SavedView, Id, SavedViewAsk> | Change<"delete", undefined, Id>>;
  "/api/v1/runs/{id}/attempts": Get<T.AttemptView[] | Listed<T.AttemptView>, Id>;
  "/api/v1/runs/{id}/events": Get<T.EventView[] | Listed<T.EventView>, Id>;
  "/api/v1/runs/{id}/checkpoints": Get<T.CheckpointView[] | Listed<T.CheckpointView>, Id>;
  "/api/v1/runs/{id}/artifacts": Get<T.ArtifactView[] | Listed<T.ArtifactView>, Id>;
  "/api/v1/runs/{id}/logs": Get<{ items: T.LogLine[]; next: number | null }, Id, { after?: number; limit?: number; last?: number }>;
  "/api/v1/metrics/bands": Post<BandsAnswer, undefined, BandsAsk>;
  "/api/v1/metrics/series": Post<SeriesAnswer, undefined, SeriesAsked>;
  "/api/v1/sweeps": Get<T.Page<T.SweepView>, undefined, SweepsQuery> &
    Post<T.SweepView, undefined, T.JsonObject>;
  "/api/v1/sweeps/{id}": Get<T.SweepView, Id>;
  "/api/v1/sweeps/{id}/table": Get<T.SweepTable, Id, { metric: string; value?: "last" | "best" }>;
  "/api/v1/specs/check": Post<T.Checked, undefined, T.JsonObject>;
  "/api/v1/schemas/run": Get<T.JsonObject>;
  "/api/v1/schemas/sweep": Get<T.JsonObject>;
  "/api/v1/devices": Get<T.DeviceView[] | Listed<T.DeviceView>>;
  "/api/v1/workers": Get<T.WorkerView[] | Listed<T.WorkerView>>;
  "/api/v1/lab": Get<T.Lab>;
  "/api/v1/session": Post<T.Session>;
}
