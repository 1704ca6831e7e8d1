import { Rows3, SearchX } from "lucide-react";
import { Button } from "../../components/controls/Button";
import { EmptyState } from "../../components/display/EmptyState";
import { NewButton } from "../../components/NewButton";

export function NoRuns({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) {
    return <EmptyState title="No run matches." icon={SearchX} actions={<Button onClick={onClear}>Clear the filters</Button>} />;
  }
  return (
    <EmptyState
      title="No runs yet."
      icon={Rows3}
      actions={
        <NewButton to="/new" kind="primary">
          Queue a sweep or a run
        </NewButton>
      }
    >
      <p>
        Or try <code>runyard demo</code> on the command line.
      </p>
    </EmptyState>
  );
}
