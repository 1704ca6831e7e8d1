import { useQuery } from "@tanstack/react-query";
import { http, unwrap } from "./client";
import { ALL, type May, mayOf } from "./may";
import { chosenProject } from "./project";

export type { Level, Me } from "./may";

export const meKey = ["people", "me"] as const;

export const askMe = () => unwrap(http.GET("/api/v1/me"));

/** Rights of whoever looks. Until they are known everything is offered: most may, and the service refuses what they may not. */
export function useMay(): May {
  const { data } = useQuery({ queryKey: meKey, queryFn: askMe, staleTime: 60_000 });
  return data ? mayOf(data, chosenProject()) : ALL;
}
