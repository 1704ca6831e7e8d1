import { http, unwrap, unwrapNothing } from "./client";
import { addressInProject } from "./project";

export interface ReportListed {
  id: string;
  title: string;
  version: number;
  frozen: number;
  createdBy: string;
  createdAt: string;
  changedAt: string;
}

export interface ReportFrozen {
  /** Hash of its figures and run ids. */
  content: string;
  version: number;
  who: string;
  when: string;
}

export interface ReportShown extends Omit<ReportListed, "frozen"> {
  /** YAML or JSON as somebody wrote it. */
  text: string;
  versions: { version: number; hash: string; who: string; when: string }[];
  frozen: ReportFrozen[];
}

export interface CellTest {
  verdict: "better" | "worse" | "not significant" | "not tested";
  words?: string | null;
  n?: string | null;
  difference?: number | null;
  p?: number | null;
  adjusted?: number | null;
  why?: string | null;
}

export interface ReportCell {
  /** As it stands in the table, without emphasis and marks. */
  text: string;
  mean?: number | null;
  n: number;
  of: number;
  best: boolean;
  /** Letters of notes. */
  marks: string[];
  values: number[];
  over: string[];
  runs: string[];
  test?: CellTest | null;
}

export interface ReportRow {
  labels: string[];
  cells: ReportCell[];
  further: string[];
  /** Where a quoted row is from. */
  source?: string | null;
  reference: boolean;
  hidden: boolean;
}

export interface ReportFigure {
  /** The row that its run belongs in. */
  row: string;
  caption: string;
  run: string;
  artifact: string;
  sha256: string;
}

export interface ReportTable {
  title: string;
  above?: string | null;
  below?: string | null;
  definition: string;
  content: string;
  heads: string[];
  columns: { label: string; metric: string; unit: string }[];
  further: string[];
  rows: ReportRow[];
  notes: { mark: string; text: string }[];
  unfinished: { run: string; name: string; state: string; why?: string | null; row: string }[];
  unfinishedTotal: number;
  runs: number;
  complete: boolean;
  figures: ReportFigure[];
}

export interface FrozenShown {
  frozen: ReportFrozen;
  table: ReportTable;
  /** Runs behind it that were deleted since. */
  gone: string[];
}

interface Written {
  text: string;
  version?: number;
}

interface Call<R, Path = undefined, Body = undefined> {
  parameters: Path extends undefined ? { path?: never } : { path: Path };
  requestBody?: Body extends undefined ? never : { content: { "application/json": Body } };
  responses: { 200: { content: { "application/json": R } } };
}
interface Id {
  id: string;
}
interface Frozen extends Id {
  sha256: string;
}
interface Gone<Path> {
  parameters: { path: Path };
  responses: { 204: { content?: never } };
}

export interface ReportPaths {
  "/api/v1/reports": { get: Call<ReportListed[]>; post: Call<ReportShown, undefined, Written> };
  "/api/v1/reports/preview": { post: Call<ReportTable, undefined, Written> };
  "/api/v1/reports/{id}": { get: Call<ReportShown, Id>; put: Call<ReportShown, Id, Written>; delete: Gone<Id> };
  "/api/v1/reports/{id}/table": { get: Call<ReportTable, Id> };
  "/api/v1/reports/{id}/freeze": { post: Call<FrozenShown, Id> };
  "/api/v1/reports/{id}/frozen/{sha256}": { get: Call<FrozenShown, Frozen>; delete: Gone<Frozen> };
}

const at = (id: string) => ({ params: { path: { id } } });
const kept = (id: string, sha256: string) => ({ params: { path: { id, sha256 } } });

/** Where a report is had as text. */
export const exported = (id: string, format: "markdown" | "csv" | "latex", frozen?: string) => addressInProject(`/api/v1/reports/${id}/export?format=${format}${frozen ? `&frozen=${frozen}` : ""}`);

/** Where a picture below a table is shown from. */
export const picture = (figure: ReportFigure) => addressInProject(`/api/v1/runs/${figure.run}/artifacts/${figure.sha256}/picture`);

/** Tables of results by a definition. */
export const reports = {
  all: () => unwrap<ReportListed[]>(http.GET("/api/v1/reports")),
  one: (id: string) => unwrap<ReportShown>(http.GET("/api/v1/reports/{id}", at(id))),
  make: (text: string) => unwrap<ReportShown>(http.POST("/api/v1/reports", { body: { text } })),
  change: (id: string, text: string, version: number) => unwrap<ReportShown>(http.PUT("/api/v1/reports/{id}", { ...at(id), body: { text, version } })),
  remove: (id: string) => unwrapNothing(http.DELETE("/api/v1/reports/{id}", at(id))),
  preview: (text: string) => unwrap<ReportTable>(http.POST("/api/v1/reports/preview", { body: { text } })),
  live: (id: string) => unwrap<ReportTable>(http.GET("/api/v1/reports/{id}/table", at(id))),
  freeze: (id: string) => unwrap<FrozenShown>(http.POST("/api/v1/reports/{id}/freeze", at(id))),
  frozen: (id: string, content: string) => unwrap<FrozenShown>(http.GET("/api/v1/reports/{id}/frozen/{sha256}", kept(id, content))),
  thaw: (id: string, content: string) => unwrapNothing(http.DELETE("/api/v1/reports/{id}/frozen/{sha256}", kept(id, content))),
  /** As text, for the clipboard. */
  text: async (path: string) => {
    const answer = await globalThis.fetch(path);
    if (!answer.ok) throw new Error(`The lab answered ${answer.status}.`);
    return answer.text();
  },
};
