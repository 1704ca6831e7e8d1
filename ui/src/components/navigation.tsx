import { useRouter, useRouterState } from "@tanstack/react-router";
import { type AnchorHTMLAttributes, type MouseEvent, useCallback, useMemo } from "react";

/**
 * The older way to the address, for pages that have not moved to the router's typed search state (`search.ts`).
 * How a part of the view is written to the address and read from it; `write` sets only what differs from the default.
 */
export interface UrlState<T> {
  read: (search: URLSearchParams) => T;
  write: (state: T, search: URLSearchParams) => void;
}

/** View state that lives in the address alone. Small changes replace the entry, so that "back" leaves the page; a tab pushes, so that it goes back one. */
export function useUrlState<T>(codec: UrlState<T>): [T, (next: T, how?: "push" | "replace") => void] {
  const router = useRouter();
  const search = useRouterState({ select: (state) => state.location.searchStr });
  const state = useMemo(() => codec.read(new URLSearchParams(search)), [codec, search]);
  const set = useCallback(
    (next: T, how: "push" | "replace" = "replace") => {
      const { pathname, searchStr } = router.latestLocation;
      const params = new URLSearchParams(searchStr);
      codec.write(next, params);
      const text = params.toString();
      const to = pathname + (text ? `?${text}` : "");
      if (how === "push") router.history.push(to);
      else router.history.replace(to);
    },
    [codec, router],
  );
  return [state, set];
}

export function setOrDrop(search: URLSearchParams, key: string, value: string | undefined): void {
  if (value === undefined || value === "") search.delete(key);
  else search.set(key, value);
}

/** Goes to an address inside the page, written out as `/runs?sort=name`. */
export function useGo(): (to: string) => void {
  const router = useRouter();
  return useCallback((to) => router.history.push(to), [router]);
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string };

/** A link by a whole address; the router's own `Link` is for routes with typed parts. New tab and middle click stay the browser's. */
export function Link({ to, onClick, children, ...rest }: LinkProps) {
  const goTo = useGo();
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(to);
  };
  return (
    <a href={to} onClick={go} {...rest}>
      {children}
    </a>
  );
}
