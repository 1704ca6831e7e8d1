import { http, unwrap } from "./client";
import type { Made } from "./made";
import type { components } from "./schema";
import type { RunView, SweepView } from "./types";

type Schemas = components["schemas"];

/** What people keep in order, by its place in the REST interface. Experiments go by name. */
export type Kept = "runs" | "sweeps" | "experiments";

/** What people put there. */
export type Marks = Pick<Made<"ExperimentView", never>, "tags" | "starred" | "archived" | "deletedAt" | "hasNote">;

/** What is left out stays; a tag that is null goes. A priority is one of runs that have not ended. */
export type Change = Omit<Schemas["Patch"], "tags"> & { tags?: Record<string, string | null> };

/** Markdown, with the earlier versions, the newest first. */
export interface Note {
  text: string;
  history: Required<Schemas["NoteVersion"]>[];
}

interface Of<K extends Kept> {
  runs: RunView & Marks;
  sweeps: SweepView & Marks;
  experiments: Marks & { name: string };
  kept: K;
}
export type Shown<K extends Kept> = Of<K>[K];

interface Call<R, Body = never> {
  parameters: { path: { id: string } };
  requestBody?: [Body] extends [never] ? never : { content: { "application/json": Body } };
  responses: { 200: { content: { "application/json": R } } };
}

type Things<K extends Kept, At extends string = "{id}"> = Record<`/api/v1/${K}/${At}`, { patch: Call<Shown<K>, Change>; delete: Call<Shown<K>> }> &
  Record<`/api/v1/${K}/${At}/restore`, { post: Call<Shown<K>> }> &
  Record<`/api/v1/${K}/${At}/note`, { get: Call<Note>; put: Call<Note, { text: string }> }>;

export type OrderPaths = Things<"runs"> & Things<"sweeps"> & Things<"experiments", "{name}"> & { "/api/v1/session": { delete: { responses: { 204: { content?: never } } } } };

const at = (id: string) => ({ params: { path: { id } } });

/** Keeping order among runs, sweeps and experiments. Every change is an event: who, when, from, to. */
export const order = {
  change: (kept: Kept, id: string, body: Change) => unwrap<Shown<Kept>>(http.PATCH(`/api/v1/${kept}/{id}` as "/api/v1/runs/{id}", { ...at(id), body })),
  /** Soft: `restore` brings it back. */
  remove: (kept: Kept, id: string) => unwrap<Shown<Kept>>(http.DELETE(`/api/v1/${kept}/{id}` as "/api/v1/runs/{id}", at(id))),
  restore: (kept: Kept, id: string) => unwrap<Shown<Kept>>(http.POST(`/api/v1/${kept}/{id}/restore` as "/api/v1/runs/{id}/restore", at(id))),
  note: (kept: Kept, id: string) => unwrap<Note>(http.GET(`/api/v1/${kept}/{id}/note` as "/api/v1/runs/{id}/note", at(id))),
  write: (kept: Kept, id: string, text: string) => unwrap<Note>(http.PUT(`/api/v1/${kept}/{id}/note` as "/api/v1/runs/{id}/note", { ...at(id), body: { text } })),
};
