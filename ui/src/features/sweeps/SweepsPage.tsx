import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { useMay } from "../../api/me";
import { ago, count, date } from "../../components/format";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { PageHeader } from "../../components/display/PageHeader";
import { Link } from "../../components/navigation";
import { useNow } from "../../components/now";
import { StatePill } from "../../components/display/StatePill";
import { StateBar } from "./StateBar";
import { TableBox } from "../../components/display/TableBox";

export function SweepsPage() {
  const now = useNow();
  const makes = useMay().work();
  const query = useInfiniteQuery({
    queryKey: keys.sweepLists,
    queryFn: ({ pageParam }) => api.sweeps({ limit: 100, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next || undefined,
  });
  return (
    <>
      <PageHeader title="Sweeps" />
      <Answered query={query} what="sweeps">
        {({ pages }) => {
          const sweeps = pages.flatMap((page) => page.items);
          if (sweeps.length === 0) {
            return (
              <EmptyState title="No sweeps yet.">
                <p>
                  {makes ? <><Link to="/new">Queue a sweep</Link>, or try</> : "Try"} <code>runyard demo</code> on the command line.
                </p>
              </EmptyState>
            );
          }
          return (
            <TableBox label="Sweeps">
              <table>
                <thead>
                  <tr>
                    <th scope="col">State</th>
                    <th scope="col">Name</th>
                    <th scope="col">Experiment</th>
                    <th scope="col">Runs</th>
                    <th scope="col">Progress</th>
                    <th scope="col">Created</th>
                  </tr>
                </thead>
                <tbody>
                  {sweeps.map((sweep) => (
                    <tr key={sweep.id}>
                      <td>
                        <StatePill state={sweep.state} />
                      </td>
                      <td>
                        <Link to={`/sweeps/${sweep.id}`}>{sweep.name}</Link>
                      </td>
                      <td>{sweep.experiment}</td>
                      <td className="num">{count(sweep.total)}</td>
                      <td>
                        <StateBar sweep={sweep} />
                      </td>
                      <td className="num" title={date(sweep.createdAt)}>
                        {ago(sweep.createdAt, now)} by {sweep.createdBy}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {query.hasNextPage ? (
                <button type="button" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  Load more
                </button>
              ) : null}
            </TableBox>
          );
        }}
      </Answered>
    </>
  );
}
