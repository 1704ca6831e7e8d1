import { useEffect, useState } from "react";

const MS = 400;

/** The value once it has not changed for a moment: what is typed is not asked for letter by letter. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
