import { useCallback, useState } from "react";

const PREFIX = "runyard.";

/** What was kept under a name in this browser, if it can be read. */
export function kept<T>(name: string, initial: T): T {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? initial : (JSON.parse(text) as T);
  } catch {
    return initial;
  }
}

/** Storage may be switched off or full: then it lasts as long as the page. */
export function keep(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // As said.
  }
}

/** A habit of this browser (a folded part, a density): not part of a view, so it stands in no address. */
export function useKept<T>(name: string, initial: T): [T, (next: T) => void] {
  const [value, setValue] = useState(() => kept(name, initial));
  const set = useCallback(
    (next: T) => {
      setValue(next);
      keep(name, next);
    },
    [name],
  );
  return [value, set];
}
