import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { PAGE } from "./views";

/** Views of the runs page that the lab has. */
export function useViews() {
  return useQuery({ queryKey: keys.views(PAGE), queryFn: () => api.views(PAGE), staleTime: 15_000 });
}
