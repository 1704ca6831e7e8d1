import { useEffect, useRef } from "react";

export interface TableKeys {
  search: () => void;
  /** +1 or −1 */
  move: (by: 1 | -1) => void;
  select: () => void;
  open: () => void;
  clear: () => void;
}

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
const pressing = (target: EventTarget | null) => target instanceof HTMLElement && ["BUTTON", "A", "SUMMARY"].includes(target.tagName);

/** `/` search, j and k (or arrows inside the table) move, x selects, Enter opens, Escape clears. */
export function useTableKeys(keys: TableKeys): void {
  const newest = useRef(keys);
  useEffect(() => {
    newest.current = keys;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const todo = newest.current;
      if (event.key === "/") todo.search();
      else if (event.key === "j") todo.move(1);
      else if (event.key === "k") todo.move(-1);
      else if (event.key === "x") todo.select();
      else if (event.key === "Enter" && !pressing(event.target)) todo.open();
      else if (event.key === "Escape") todo.clear();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}
