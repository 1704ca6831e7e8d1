import { Rows3, SearchX } from "lucide-react";
import { Button, LinkButton } from "../../components/controls/Button";
import { EmptyState } from "../../components/display/EmptyState";

export function NoRuns({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) {
    return <EmptyState title="No run matches." icon={SearchX} actions={<Button onClick={onClear}>Clear the filters</Button>} />;
  }
  return (
    <EmptyState
      title="No runs yet."
      icon={Rows3}
      actions={
        <LinkButton to="/new" kind="primary">
          Queue a sweep or a run
        </LinkButton>
      }
    >
      <p>
        Or try <code>runyard demo</code> on the command line.
      </p>
    </EmptyState>
  );
}
