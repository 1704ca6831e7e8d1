import { QueryClient, type Query } from "@tanstack/react-query";
import { toProblem } from "./problem";

const AGAIN_MS = 5_000;

/** For what has a pace of its own otherwise. */
export const againAfterError = (query: Pick<Query, "state">): number | false => (query.state.status === "error" && toProblem(query.state.error).passing ? AGAIN_MS : false);

/** What every query does unless it says otherwise. */
export function newCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Events say when something changed; asking again on a mere visit keeps the first view honest.
        staleTime: 2_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => toProblem(error).passing && failures < 3,
        // "This page tries again by itself": for as long as it is looked at.
        refetchInterval: againAfterError,
      },
    },
  });
}

/** The service answers again: whatever failed is asked for at once, not at its next turn. */
export function askAgain(cache: QueryClient): void {
  void cache.refetchQueries({ type: "active", predicate: (query) => query.state.status === "error" || query.state.fetchFailureCount > 0 });
}
