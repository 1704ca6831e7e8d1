import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { ListTree, Search } from "lucide-react";
import { useEffect } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { useMay } from "../../api/me";
import type { Marks } from "../../api/order";
import type { SweepsQuery } from "../../api/paths";
import type { SweepView } from "../../api/types";
import { Button } from "../../components/controls/Button";
import { Select } from "../../components/controls/Select";
import { TextField } from "../../components/controls/TextField";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { PageHeader } from "../../components/display/PageHeader";
import { StatePill } from "../../components/display/StatePill";
import { TableBox } from "../../components/display/TableBox";
import { Time } from "../../components/display/Time";
import { count } from "../../components/format";
import { Link, setOrDrop, type UrlState, useUrlState } from "../../components/navigation";
import { NewButton } from "../../components/NewButton";
import { MarkBadges } from "../../components/order/MarkBadges";
import { OrderMenu } from "../../components/order/OrderMenu";
import { outcomeOf } from "../../components/outcome";
import { StateBar } from "../../components/StateBar";
import css from "./sweeps.module.css";

const PAGE = 200;
const SHOWN = { "": "all but archived", archived: "archived", deleted: "deleted" } as const;
type Shown = keyof typeof SHOWN;

interface View {
  /** A part of a name, of a sweep or an experiment. */
  find: string;
  shown: Shown;
}

const sweepsUrl: UrlState<View> = {
  read: (search) => ({ find: search.get("find") ?? "", shown: search.get("archived") === "only" ? "archived" : search.get("deleted") === "only" ? "deleted" : "" }),
  write: ({ find, shown }, search) => {
    setOrDrop(search, "find", find);
    setOrDrop(search, "archived", shown === "archived" ? "only" : undefined);
    setOrDrop(search, "deleted", shown === "deleted" ? "only" : undefined);
  },
};

export function SweepsPage() {
  const makes = useMay().work();
  const [view, setView] = useUrlState(sweepsUrl);
  const which: Pick<SweepsQuery, "archived" | "deleted"> = view.shown === "archived" ? { archived: "only" } : view.shown === "deleted" ? { deleted: "only" } : {};
  const query = useInfiniteQuery({
    queryKey: [...keys.sweepLists, which],
    queryFn: ({ pageParam }) => api.sweeps({ ...which, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next || undefined,
  });
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  // What is looked for may lie on any page.
  useEffect(() => {
    if (view.find !== "" && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [view.find, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  return (
    <>
      <PageHeader
        title="Sweeps"
        actions={
          <>
            <TextField icon={Search} type="search" aria-label="Find a sweep" placeholder="Find" value={view.find} onChange={(event) => setView({ ...view, find: event.target.value })} />
            <Select label="Which sweeps" value={view.shown} options={Object.entries(SHOWN).map(([value, label]) => ({ value: value as Shown, label }))} onValue={(shown) => setView({ ...view, shown })} />
          </>
        }
      />
      <Answered query={query} what="sweeps">
        {({ pages }) => {
          const all = pages.flatMap((page) => page.items);
          const wanted = view.find.toLowerCase();
          const sweeps = all.filter(({ name, experiment }) => name.toLowerCase().includes(wanted) || experiment.toLowerCase().includes(wanted));
          if (all.length === 0 && view.shown === "") {
            return (
              <EmptyState
                title="No sweep yet."
                icon={ListTree}
                actions={
                  <NewButton to="/new" kind="primary">
                    Queue a sweep
                  </NewButton>
                }
              >
                <p>
                  {makes ? "Or try" : "Try"} <code>runyard demo</code> on the command line.
                </p>
              </EmptyState>
            );
          }
          if (sweeps.length === 0) return <EmptyState title={view.find === "" ? `No sweep is ${SHOWN[view.shown]}.` : hasNextPage && !isFetchNextPageError ? "Looking…" : "No sweep has this name."} />;
          return (
            <>
              <TableBox label="Sweeps">
                <table>
                  <thead>
                    <tr>
                      {["Outcome", "Name", "Experiment", "Runs", "Progress", "Created", ""].map((head) => (
                        <th key={head} scope="col" aria-label={head === "" ? "Keep order" : undefined}>
                          {head}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {sweeps.map((sweep) => (
                      <Row key={sweep.id} sweep={sweep} />
                    ))}
                  </tbody>
                </table>
              </TableBox>
              {hasNextPage ? (
                <p className={css.further}>
                  <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                    Earlier
                  </Button>
                </p>
              ) : null}
            </>
          );
        }}
      </Answered>
    </>
  );
}

function Row({ sweep }: { sweep: SweepView & Marks }) {
  const cache = useQueryClient();
  const changed = () => Promise.all([keys.sweepLists, keys.sweep(sweep.id), keys.runLists, keys.experiments].map((queryKey) => cache.invalidateQueries({ queryKey })));
  return (
    <tr>
      <td>
        <StatePill state={outcomeOf(sweep)} />
      </td>
      <td>
        <span className={css.named}>
          <Link to={`/sweeps/${sweep.id}`}>{sweep.name}</Link>
          <MarkBadges thing={sweep} />
        </span>
      </td>
      <td>
        <Link to={`/runs?experiment=${encodeURIComponent(sweep.experiment)}`}>{sweep.experiment}</Link>
      </td>
      <td className="num">{count(sweep.total)}</td>
      <td>
        <StateBar sweep={sweep} />
      </td>
      <td className="num">
        <Time at={sweep.createdAt} /> by {sweep.createdBy}
      </td>
      <td className={css.order}>
        <OrderMenu
          kept="sweeps"
          thing={{ tags: sweep.tags ?? {}, starred: sweep.starred ?? false, archived: sweep.archived ?? false, deletedAt: sweep.deletedAt ?? null, id: sweep.id, name: sweep.name, experiment: sweep.experiment, project: sweep.project, createdBy: sweep.createdBy }}
          what={`sweep ${sweep.name}`}
          ended={sweep.state === "FINISHED" || sweep.state === "CANCELLED"}
          onChanged={changed}
          withKeys={false}
        />
      </td>
    </tr>
  );
}
