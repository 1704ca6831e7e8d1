import { RotateCw, TriangleAlert } from "lucide-react";
import { toProblem } from "../../api/problem";
import { Button } from "../controls/Button";
import css from "./display.module.css";

/** What went wrong in the service's own words: field, value, rule, and the remedy once. */
export function ErrorNote({ error, what, retry }: { error: unknown; what?: string | undefined; retry?: (() => unknown) | undefined }) {
  const problem = toProblem(error);
  const named = problem.field && !problem.message.includes(problem.field);
  return (
    <div className={css.error} role="alert">
      <p className={css.errorTitle}>
        <TriangleAlert size={16} aria-hidden="true" />
        <span>
          {what ? `${what}: ` : null}
          {named ? (
            <>
              <code>{problem.field}</code>{" "}
            </>
          ) : null}
          {problem.message}
        </span>
      </p>
      {problem.remedyOnce ? <p>{problem.remedyOnce}</p> : null}
      <div className={css.errorFoot}>
        <span>
          {problem.code}
          {problem.status ? ` · HTTP ${problem.status}` : ""}
        </span>
        {retry ? (
          <Button size="s" icon={RotateCw} onClick={() => void retry()}>
            Try again
          </Button>
        ) : null}
      </div>
    </div>
  );
}
