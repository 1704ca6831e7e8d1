import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";

/**
 * What an address says behind its `?`, as the router hands it to a route's `validateSearch`: text, or a list where a name
 * stands twice. What a view leaves at its default is undefined and does not stand in the address.
 */
export type RawSearch = Record<string, unknown>;

export function parseSearch(text: string): RawSearch {
  const found: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = found[name];
    found[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return found;
}

export function stringifySearch(search: RawSearch): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one === true) params.append(name, "1");
      else if (typeof one === "number" || (typeof one === "string" && one !== "")) params.append(name, String(one));
    }
  }
  // Metric names, lists and comparisons stay readable.
  const text = params.toString().replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text ? `?${text}` : "";
}

export const textIn = (raw: unknown): string | undefined => (typeof raw === "string" && raw !== "" ? raw : typeof raw === "number" ? String(raw) : undefined);

/** @returns undefined where nothing stands */
export function listIn(raw: unknown): string[] | undefined {
  const all = (Array.isArray(raw) ? (raw as unknown[]) : [raw]).map(textIn).filter((one) => one !== undefined);
  return all.length > 0 ? all : undefined;
}

/** Words between commas, each one of those known; for words that hold no comma themselves. */
export function wordsIn<T extends string>(raw: unknown, known: readonly T[]): T[] | undefined {
  const all = (listIn(raw) ?? []).flatMap((one) => one.split(",")).filter((one): one is T => (known as readonly string[]).includes(one));
  return all.length > 0 ? [...new Set(all)] : undefined;
}

export function oneOf<T extends string>(raw: unknown, known: readonly T[]): T | undefined {
  return known.find((word) => word === raw);
}

/**
 * Changes parts of the view that stands in the address, and leaves the others. `push` is for what "back" should undo (a tab, a
 * filter, a sort); `replace` for what changes continuously (typing, a slider).
 */
export function useSetSearch<T extends object>(): (change: Partial<T>, how?: "push" | "replace") => void {
  const navigate = useNavigate();
  return useCallback(
    (change, how = "push") => void navigate({ to: ".", search: ((old: object) => ({ ...old, ...change })) as never, replace: how === "replace", resetScroll: false }),
    [navigate],
  );
}
