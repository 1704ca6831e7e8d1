import type { ReactNode } from "react";
import { ErrorNote } from "./ErrorNote";
import { PageHeader } from "./PageHeader";
import { Skeleton } from "./Skeleton";

interface Answer<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

interface Props<T> {
  query: Answer<T>;
  what: string;
  /** Stands there while it is read; lines of about its size by default. */
  loading?: ReactNode;
  /** Of a page that is nothing but the answer, while there is none: where one is does not wait for it. */
  title?: string;
  children: (data: T) => ReactNode;
}

/** Being read, failed or there: the three ways an answer can be, drawn the same everywhere. Old data stays under a failure. */
export function Answered<T>({ query, what, loading, title, children }: Props<T>) {
  return (
    <>
      {title && query.data === undefined ? <PageHeader title={title} /> : null}
      {query.error ? <ErrorNote error={query.error} retry={query.refetch} /> : null}
      {query.data === undefined ? (query.error ? null : (loading ?? <Skeleton what={what} />)) : children(query.data)}
    </>
  );
}
