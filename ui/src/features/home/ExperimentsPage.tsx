import { useQuery, useQueryClient } from "@tanstack/react-query";
import { FlaskConical, NotebookText, Search } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { Experiment } from "../../api/types";
import { IconButton } from "../../components/controls/Button";
import { TextField } from "../../components/controls/TextField";
import { Answered } from "../../components/display/Answered";
import { Card } from "../../components/display/Card";
import { EmptyState } from "../../components/display/EmptyState";
import { PageHeader } from "../../components/display/PageHeader";
import { NewButton } from "../../components/NewButton";
import { NoteCard } from "../../components/order/NoteCard";
import { MarkBadges } from "../../components/order/MarkBadges";
import { OrderMenu } from "../../components/order/OrderMenu";
import { Dialog } from "../../components/overlays/Dialog";
import { ExperimentTable } from "./ExperimentTable";
import css from "./home.module.css";
import { useExperiments } from "./useExperiments";

export function ExperimentsPage() {
  const { query, rows } = useExperiments();
  const kept = useQuery({ queryKey: keys.experiments, queryFn: api.experiments });
  const cache = useQueryClient();
  const [find, setFind] = useState("");
  const [noted, setNoted] = useState<string | null>(null);
  const known = new Map((kept.data ?? []).map((one) => [one.name, one]));
  const thing = (name: string): Experiment & { id: string } => ({ runs: 0, ...known.get(name), id: name, name });
  // What has a star is what one comes back for.
  const shown = (rows ?? []).filter((row) => row.name.toLowerCase().includes(find.toLowerCase())).sort((a, b) => Number(thing(b.name).starred ?? false) - Number(thing(a.name).starred ?? false));
  const changed = () => Promise.all([cache.invalidateQueries({ queryKey: keys.experiments }), cache.invalidateQueries({ queryKey: ["groups"] })]);
  return (
    <>
      <PageHeader title="Experiments" actions={<TextField icon={Search} type="search" aria-label="Find an experiment" placeholder="Find" value={find} onChange={(event) => setFind(event.target.value)} />} />
      <Answered query={query} what="the experiments">
        {() =>
          rows?.length === 0 ? (
            <EmptyState
              title="No experiment yet."
              icon={FlaskConical}
              actions={
                <NewButton to="/new" kind="primary">
                  Queue a sweep
                </NewButton>
              }
            >
              <p>An experiment is the name that runs and sweeps are listed under; it comes with the first of them.</p>
            </EmptyState>
          ) : shown.length === 0 ? (
            <EmptyState title="No experiment has this name." />
          ) : (
            <Card label="Experiments" flush>
              <ExperimentTable
                rows={shown}
                marks={(row) => (
                  <span className={css.marks}>
                    <MarkBadges thing={thing(row.name)} />
                    {thing(row.name).hasNote ? <IconButton icon={NotebookText} size="s" label={`Note on ${row.name}`} onClick={() => setNoted(row.name)} /> : null}
                  </span>
                )}
                order={(row) => <OrderMenu kept="experiments" thing={thing(row.name)} what={`experiment ${row.name}`} onChanged={changed} onNote={() => setNoted(row.name)} withKeys={false} />}
              />
            </Card>
          )
        }
      </Answered>
      {noted === null ? null : <ExperimentNote name={noted} written={thing(noted).hasNote ?? false} onClose={() => (setNoted(null), void changed())} />}
    </>
  );
}

/** An experiment has no page of its own: its note stands before the list. */
function ExperimentNote({ name, written, onClose }: { name: string; written: boolean; onClose: () => void }) {
  const [editing, setEditing] = useState(!written);
  return (
    <Dialog open wide onClose={onClose} title={`Note on ${name}`}>
      <NoteCard kept="experiments" id={name} editing={editing} onEditing={setEditing} />
    </Dialog>
  );
}
