import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "../api/client";
import { useEvents } from "../api/live";
import { forget, tellEnd, useWatched, type Watched } from "../components/watch";

/** What a watched thing became; undefined while it goes on. */
export async function endOf({ kind, id }: Watched): Promise<string | undefined> {
  if (kind === "sweep") {
    const sweep = await api.sweep(id);
    return sweep.state === "RUNNING" || sweep.state === "PAUSED" ? undefined : (sweep.outcome ?? sweep.state).toLowerCase();
  }
  const run = await api.run(id);
  return ["FINISHED", "PRUNED", "FAILED", "CANCELLED"].includes(run.state) ? run.state.toLowerCase() : undefined;
}

/** Looks after what this browser watches, wherever the page is. Draws nothing. */
export function Watcher() {
  const list = useWatched();
  const [heard, setHeard] = useState(0);
  useEvents((event) => {
    const again = event.type === "resync" || event.type === "back";
    if (list.length > 0 && (again || list.some(({ id }) => id === event.data.id))) setHeard((n) => n + 1);
  });
  const ids = list.map(({ id }) => id).join(" ");
  const ends = useQuery({
    queryKey: ["watched", ids, heard],
    queryFn: () => Promise.all(list.map(async (what) => ({ what, became: await endOf(what).catch(() => undefined) }))),
    enabled: list.length > 0,
    // A missed event must not leave somebody waiting for ever.
    refetchInterval: 60_000,
  });
  useEffect(() => {
    for (const { what, became } of ends.data ?? []) {
      if (became === undefined || !list.some(({ id }) => id === what.id)) continue;
      forget(what.id);
      tellEnd(what, became);
    }
  }, [ends.data, list]);
  return null;
}
