import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { Config } from "../../components/configuration";

const NONE: Config = {};

/** Every value of the newest run, by dotted path; empty in a lab without runs. */
export function useLastUsed(): Config {
  const { data } = useQuery({
    queryKey: ["last used"],
    queryFn: async () => {
      const { items } = await api.runs({ sort: "-createdAt", limit: 1 });
      return items[0] ? ((await api.run(items[0].id)).config ?? NONE) : NONE;
    },
    staleTime: 60_000,
    retry: false,
  });
  return data ?? NONE;
}
