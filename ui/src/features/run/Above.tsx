import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { shortId } from "../../components/format";
import { Link } from "../../components/navigation";

interface Props {
  id: string;
  /** Where it is known; else it is asked for. */
  name?: string | null | undefined;
  words: string;
  title: string;
}

/** Another run that this one hangs on, by its name where it may be seen. */
export function Above({ id, name, words, title }: Props) {
  const query = useQuery({ queryKey: keys.run(id), queryFn: () => api.run(id), retry: false, staleTime: 60_000, enabled: !name });
  return (
    <Link to={`/runs/${id}`} title={title}>
      {words} {name ?? query.data?.name ?? shortId(id)}
    </Link>
  );
}
