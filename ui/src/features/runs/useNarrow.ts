import { useSyncExternalStore } from "react";

const narrow = () => matchMedia("(max-width: 720px)");

function subscribe(changed: () => void): () => void {
  const media = narrow();
  media.addEventListener("change", changed);
  return () => media.removeEventListener("change", changed);
}

/** Whether a table has no room. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow().matches);
}
