import { FlaskConical, Search } from "lucide-react";
import { useState } from "react";
import { LinkButton } from "../../components/controls/Button";
import { TextField } from "../../components/controls/TextField";
import { Answered } from "../../components/display/Answered";
import { Card } from "../../components/display/Card";
import { EmptyState } from "../../components/display/EmptyState";
import { PageHeader } from "../../components/display/PageHeader";
import { ExperimentTable } from "./ExperimentTable";
import { useExperiments } from "./useExperiments";

export function ExperimentsPage() {
  const { query, rows, metric } = useExperiments();
  const [find, setFind] = useState("");
  const shown = (rows ?? []).filter((row) => row.name.toLowerCase().includes(find.toLowerCase()));
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
                <LinkButton to="/new" kind="primary">
                  Queue a sweep
                </LinkButton>
              }
            >
              <p>An experiment is the name that runs and sweeps are listed under; it comes with the first of them.</p>
            </EmptyState>
          ) : shown.length === 0 ? (
            <EmptyState title="No experiment has this name." />
          ) : (
            <Card label="Experiments" flush>
              <ExperimentTable rows={shown} metric={metric?.key} />
            </Card>
          )
        }
      </Answered>
    </>
  );
}
