import type { Cell, ClassRow } from "../../api/judged";

/** More classes than this are shown as pairs, not as a matrix. */
export const MOST_CLASSES = 60;

export interface Place extends Cell {
  /** Of the images of its class, 0 to 1. */
  share: number;
}

/** Cells with their share of their class' images. */
export function placesOf(cells: readonly Cell[], rows: readonly ClassRow[]): Place[] {
  const images = new Map(rows.map((row) => [row.index, row.images]));
  return cells.map((cell) => ({ ...cell, share: cell.images / Math.max(1, images.get(cell.label) ?? 0) }));
}

/** The pairs that are taken for each other most often, either way round counted by itself. */
export function worstOf(cells: readonly Place[], most: number): Place[] {
  return cells.filter((cell) => cell.label !== cell.answer).slice(0, most);
}
