import { match } from "../components/navigation";

/** Addresses as other trackers write them: `#/experiments/{e}/runs/{r}`. */
export function fromHash(hash: string): string | null {
  const found = match("#/experiments/{experiment}/runs/{run}", hash) ?? match("#/runs/{run}", hash);
  if (found?.run) return `/runs/${encodeURIComponent(found.run)}`;
  const listed = match("#/experiments/{experiment}", hash);
  return listed?.experiment ? `/runs?experiment=${encodeURIComponent(listed.experiment)}` : null;
}
