import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type AuditLine, people, peopleKeys } from "../../api/people";
import { Button } from "../../components/controls/Button";
import { Field, TextField } from "../../components/controls/TextField";
import { EmptyState } from "../../components/display/EmptyState";
import { ErrorNote } from "../../components/display/ErrorNote";
import { PageHeader } from "../../components/display/PageHeader";
import { Skeleton } from "../../components/display/Skeleton";
import { TableBox } from "../../components/display/TableBox";
import { Time } from "../../components/display/Time";
import { shortId } from "../../components/format";
import { useSettled } from "../../components/useSettled";

const PAGE = 100;
const WORDS: Record<string, string> = { INSERT: "made", UPDATE: "changed", DELETE: "removed" };

/** What people changed, newest first. The database writes it, and nobody changes it. */
export function AuditPage() {
  const [typed, setTyped] = useState("");
  const who = useSettled(typed.trim());
  const lines = useInfiniteQuery({
    queryKey: peopleKeys.audit(who),
    queryFn: ({ pageParam }) => people.audit({ ...(who ? { who } : {}), ...(pageParam ? { before: pageParam } : {}) }),
    initialPageParam: "",
    getNextPageParam: (last) => (last.length < PAGE ? undefined : String(last[last.length - 1]!.id)),
  });
  const found = lines.data?.pages.flat() ?? [];
  return (
    <>
      <PageHeader title="Audit" />
      <Field label="Who" hint="The whole name of an account.">
        {(given) => <TextField {...given} value={typed} onChange={(event) => setTyped(event.target.value)} />}
      </Field>
      {lines.error ? <ErrorNote error={lines.error} retry={lines.refetch} /> : null}
      {lines.isPending ? (
        <Skeleton what="audit" />
      ) : found.length === 0 ? (
        lines.error ? null : <EmptyState title={who ? `No account named ${who} changed anything.` : "Nothing was changed yet."} />
      ) : (
        <TableBox label="Changes">
          <table>
            <thead>
              <tr>
                {["When", "Who", "Did", "What", "Project", "Before", "After", "Request", "From"].map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {found.map((line) => (
                <Line key={line.id} line={line} />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      {lines.hasNextPage ? (
        <Button busy={lines.isFetchingNextPage} onClick={() => void lines.fetchNextPage()}>
          Earlier
        </Button>
      ) : null}
    </>
  );
}

function Line({ line }: { line: AuditLine }) {
  return (
    <tr>
      <td>
        <Time at={line.time} show="absolute" />
      </td>
      <td>{line.who}</td>
      <td>{WORDS[line.action] ?? line.action}</td>
      <td>
        {line.kind.replaceAll("_", " ")} <code title={line.object}>{shortId(line.object)}</code>
      </td>
      <td>{line.project ?? "–"}</td>
      <td>
        <code title={line.before}>{line.before?.slice(0, 8) ?? "–"}</code>
      </td>
      <td>
        <code title={line.after}>{line.after?.slice(0, 8) ?? "–"}</code>
      </td>
      <td title={line.requestId}>{line.request}</td>
      <td>{line.address}</td>
    </tr>
  );
}
