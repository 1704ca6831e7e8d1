import type { Change } from "./order";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** What is to be done to many runs: exactly one of these. */
export type Deed = { action: string } | { patch: Change } | { delete: true } | { restore: true };

export type BulkSelect = Schemas["BulkSelect"];
export type BulkAsk = Omit<Schemas["BulkAsk"], "select" | "do"> & { select: BulkSelect; do?: Deed };
export type BulkCheck = Required<Schemas["BulkCheck"]>;
export type BulkDone = Required<Pick<Schemas["BulkDone"], "done" | "skippedTotal">> & { skipped: Required<Schemas["BulkSkipped"]>[]; /** Requests that bring all back as it was. */ undo?: BulkAsk[] | null };

/** How a filter may go on where somebody types. */
export interface Completion {
  /** The part of the text that a choice replaces. */
  from: number;
  to: number;
  choices: { text: string; kind: "field" | "operator" | "value"; hint?: string | null }[];
}

/** An address under a name, shared by the lab. */
export type SavedViewAsk = Schemas["SavedViewAsk"] & { name: string; page: string; address: string; /** Whether its page opens the experiment with it. */ first: boolean };
export type SavedView = Required<Omit<Schemas["SavedViewShown"], "experiment">> & { first: boolean; experiment?: string | null };
