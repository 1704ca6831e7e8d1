import type { ReactNode } from "react";
import { toProblem } from "../api/problem";

/** What went wrong, in the service's own words, and what to do. */
export function ProblemNote({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const problem = toProblem(error);
  return (
    <div className="note note-bad" role="alert">
      <p>
        {problem.field && !problem.message.includes(problem.field) ? <code>{problem.field}</code> : null} {problem.message}
      </p>
      {problem.remedy ? <p className="remedy">{problem.remedy}</p> : null}
      <p className="faint small">
        {problem.code}
        {problem.status ? ` · HTTP ${problem.status}` : ""}
      </p>
      {retry ? (
        <button type="button" onClick={retry}>
          Try again
        </button>
      ) : null}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <p className="note note-loading" role="status">
      <span className="spinner" aria-hidden="true" /> Loading {what}…
    </p>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="note note-empty">
      <p className="strong">{title}</p>
      {children}
    </div>
  );
}

interface Answer<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** Loading, failed or there: the three ways an answer can be, drawn the same everywhere. Old data stays under a failure. */
export function Answered<T>({ query, what, children }: { query: Answer<T>; what: string; children: (data: T) => ReactNode }) {
  const retry = () => void query.refetch();
  return (
    <>
      {query.error ? <ProblemNote error={query.error} retry={retry} /> : null}
      {query.data === undefined ? query.error ? null : <Loading what={what} /> : children(query.data)}
    </>
  );
}
