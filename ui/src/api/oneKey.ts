import { useCallback, useRef } from "react";

/** One idempotency key for one content: asking twice, or again after a broken connection, queues it once. */
export function useOneKey(): (content: unknown) => string {
  const key = useRef({ of: "", value: "" });
  return useCallback((content) => {
    const of = JSON.stringify(content);
    if (key.current.of !== of) key.current = { of, value: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
    return key.current.value;
  }, []);
}
