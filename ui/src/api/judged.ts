import { http, unwrap } from "./client";

/** A number with its 95 % interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
  method: "WILSON" | "BOOTSTRAP";
}

/** A set that a run was judged on, by its own test or by a task that looked at it. */
export interface JudgedView {
  sha256: string;
  name: string;
  run: string;
  set: string;
  part: string;
  data: string;
  classes: number;
  allowed?: number | null;
  leftOut: number;
  meanPerClass: boolean;
  createdAt: string;
}

export interface Bin {
  low: number;
  high: number;
  images: number;
  confidence: number;
  accuracy: number;
}

export interface ClassRow {
  index: number;
  images: number;
  right: number;
  answered: number;
  share?: Estimate | null;
  precision?: number | null;
  f1: number;
  takenFor?: number | null;
}

export interface Cell {
  label: number;
  answer: number;
  images: number;
}

export interface Judgement {
  images: number;
  notFinite: number;
  top1: Estimate;
  top5: Estimate;
  meanPerClass: Estimate;
  nll: Estimate;
  brier: Estimate;
  calibrationError: Estimate;
  bins: Bin[];
  rows: ClassRow[];
  confusion: Cell[];
  draws: number;
  seed: number;
}

export interface ResultView {
  set: string;
  classNames: string[];
  judgement: Judgement;
  cellsLeftOut: number;
  rowsLeftOut: number;
}

export interface ImageView {
  item: string;
  label: number;
  answer: number;
  confidence: number;
  rank: number;
  /** Path of a small picture of it, where the run kept one. */
  picture?: string | null;
}

export interface ImagesView {
  total: number;
  classNames: string[];
  images: ImageView[];
}

export interface DisagreementView {
  set: string;
  images: number;
  both: number;
  neither: number;
  test: { first: number; second: number; p: number; exact: boolean };
  total: number;
  classNames: string[];
  pairs: { item: string; label: number; first: number; second: number; /** As of an image. */ picture?: string | null }[];
}

export interface TableView {
  columns: string[];
  rows: string[][];
  total: number;
}

export const ONLY = ["different", "first", "second", "neither"] as const;
export type Only = (typeof ONLY)[number];

interface Get<R, Path, Query = undefined> {
  get: { parameters: { path: Path; query?: Query }; responses: { 200: { content: { "application/json": R } } } };
}
interface Id {
  id: string;
}
interface OfFile extends Id {
  sha256: string;
}
interface ImagesAsk {
  masked?: string;
  wrong?: string;
  label?: string;
  answer?: string;
  search?: string;
  offset?: string;
  limit?: string;
}

export interface JudgedPaths {
  "/api/v1/runs/{id}/results": Get<JudgedView[], Id>;
  "/api/v1/runs/{id}/results/{sha256}": Get<ResultView, OfFile, { masked?: string }>;
  "/api/v1/runs/{id}/results/{sha256}/images": Get<ImagesView, OfFile, ImagesAsk>;
  "/api/v1/runs/{id}/disagreements": Get<DisagreementView, Id, { with: string; set?: string; only?: Only; search?: string; offset?: string; limit?: string }>;
  "/api/v1/runs/{id}/artifacts/{sha256}/table": Get<TableView, OfFile, { offset?: string; limit?: string }>;
}

/** What came of a run beyond its metrics. Loaded with the parts of the page that show it. */
export const judged = {
  sets: (id: string) => unwrap(http.GET("/api/v1/runs/{id}/results", { params: { path: { id } } })),
  result: (id: string, sha256: string, masked: boolean) =>
    unwrap(http.GET("/api/v1/runs/{id}/results/{sha256}", { params: { path: { id, sha256 }, query: masked ? { masked: "true" } : {} } })),
  images: (id: string, sha256: string, query: ImagesAsk) => unwrap(http.GET("/api/v1/runs/{id}/results/{sha256}/images", { params: { path: { id, sha256 }, query } })),
  disagreements: (id: string, query: { with: string; set?: string; only?: Only; search?: string; limit?: string }) =>
    unwrap(http.GET("/api/v1/runs/{id}/disagreements", { params: { path: { id }, query } })),
  table: (id: string, sha256: string) => unwrap(http.GET("/api/v1/runs/{id}/artifacts/{sha256}/table", { params: { path: { id, sha256 }, query: { limit: "1000" } } })),
};

/** Under the trail: it changes only with the run's state. */
export const judgedKeys = {
  sets: (id: string) => ["trail", id, "results"] as const,
  result: (id: string, sha256: string, masked: boolean) => ["judged", id, sha256, masked] as const,
  images: (id: string, sha256: string, query: ImagesAsk) => ["judged", id, sha256, "images", query] as const,
  disagreements: (id: string, query: object) => ["judged", id, "against", query] as const,
  table: (id: string, sha256: string) => ["judged", id, sha256, "table"] as const,
};
