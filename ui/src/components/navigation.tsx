import { type AnchorHTMLAttributes, type MouseEvent, useCallback, useMemo, useSyncExternalStore } from "react";

const MOVED = "runyard:moved";

function subscribe(changed: () => void): () => void {
  addEventListener("popstate", changed);
  addEventListener(MOVED, changed);
  return () => {
    removeEventListener("popstate", changed);
    removeEventListener(MOVED, changed);
  };
}

/** @param to path with search, inside the page */
export function navigate(to: string, how: "push" | "replace" = "push"): void {
  if (how === "push") history.pushState(null, "", to);
  else history.replaceState(null, "", to);
  dispatchEvent(new Event(MOVED));
  if (how === "push") scrollTo(0, 0);
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

function useSearch(): string {
  return useSyncExternalStore(subscribe, () => location.search);
}

/** `/runs/{id}` against a path: the named parts, or null. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const want = pattern.split("/");
  const have = path.replace(/\/+$/, "").split("/");
  if (want.length !== have.length) return null;
  const found: Record<string, string> = {};
  for (const [i, part] of want.entries()) {
    const value = have[i] ?? "";
    if (part.startsWith("{")) {
      if (value === "") return null;
      try {
        found[part.slice(1, -1)] = decodeURIComponent(value);
      } catch {
        return null;
      }
    } else if (part !== value) return null;
  }
  return found;
}

/** How a part of the view is written to the address and read from it; `write` sets only what differs from the default. */
export interface UrlState<T> {
  read: (search: URLSearchParams) => T;
  write: (state: T, search: URLSearchParams) => void;
}

/** View state that lives in the address alone. Small changes replace the entry, so that "back" leaves the page. */
export function useUrlState<T>(codec: UrlState<T>): [T, (next: T) => void] {
  const search = useSearch();
  const state = useMemo(() => codec.read(new URLSearchParams(search)), [codec, search]);
  const set = useCallback(
    (next: T) => {
      const params = new URLSearchParams(location.search);
      codec.write(next, params);
      const text = params.toString();
      navigate(location.pathname + (text ? `?${text}` : ""), "replace");
    },
    [codec],
  );
  return [state, set];
}

export function setOrDrop(search: URLSearchParams, key: string, value: string | undefined): void {
  if (value === undefined || value === "") search.delete(key);
  else search.set(key, value);
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string };

/** A plain anchor that does not load the page again; new tab and middle click stay the browser's. */
export function Link({ to, onClick, children, ...rest }: LinkProps) {
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} onClick={go} {...rest}>
      {children}
    </a>
  );
}
