import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { shortId } from "../../components/format";
import { Link } from "../../components/navigation";

/** The run that this one is below, by its name where it may be seen. */
export function Above({ id }: { id: string }) {
  const query = useQuery({ queryKey: keys.run(id), queryFn: () => api.run(id), retry: false, staleTime: 60_000 });
  return (
    <Link to={`/runs/${id}`} title="The run that this one is below">
      below {query.data?.name ?? shortId(id)}
    </Link>
  );
}
