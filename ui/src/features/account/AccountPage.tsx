import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { people, peopleKeys, readsAudit } from "../../api/people";
import { Button, LinkButton } from "../../components/controls/Button";
import { Checkbox } from "../../components/controls/Checkbox";
import { Field, TextField } from "../../components/controls/TextField";
import { Copy } from "../../components/Copy";
import { Answered } from "../../components/display/Answered";
import { Badge } from "../../components/display/Badge";
import { EmptyState } from "../../components/display/EmptyState";
import { HeadRow } from "../../components/display/HeadRow";
import { ErrorNote } from "../../components/display/ErrorNote";
import { PageHeader } from "../../components/display/PageHeader";
import { TableBox } from "../../components/display/TableBox";
import { Time } from "../../components/display/Time";
import { confirm } from "../../components/overlays/confirm";
import { say, sayProblem } from "../../components/overlays/toast";

/** What the lab knows of whoever looks: projects, tokens of their programs, browsers, password. */
export function AccountPage() {
  const me = useQuery({ queryKey: peopleKeys.me, queryFn: people.me });
  return (
    <Answered query={me} what="account" title="Account">
      {(who) => (
        <>
          <PageHeader
            title={who.name}
            badges={who.administrator ? <Badge>administrator</Badge> : undefined}
            actions={
              <>
                <LinkButton to="/members">Members</LinkButton>
                {readsAudit(who) ? <LinkButton to="/audit">Audit</LinkButton> : null}
              </>
            }
          />
          {who.way === "HOME" ? <p>Signed in by the lab&apos;s own machine.</p> : null}
          <h2>Projects</h2>
          {who.projects.length === 0 ? (
            <EmptyState title="You are a member of no project yet.">
              <p>Ask a maintainer of a project to make you one.</p>
            </EmptyState>
          ) : (
            <ul>
              {who.projects.map((project) => (
                <li key={project.name}>
                  {project.name} <span className="soft">{project.role.toLowerCase()}</span>
                </li>
              ))}
            </ul>
          )}
          <Tokens makes={!who.readOnly} />
          {who.way === "SESSION" ? (
            <>
              <Sessions />
              <Password />
            </>
          ) : null}
        </>
      )}
    </Answered>
  );
}

/** @param makes whoever came by a token that only reads makes and revokes none */
function Tokens({ makes }: { makes: boolean }) {
  const cache = useQueryClient();
  const tokens = useQuery({ queryKey: peopleKeys.tokens, queryFn: people.tokens });
  const [name, setName] = useState("");
  const [readOnly, setReadOnly] = useState(false);
  const [days, setDays] = useState("90");
  const [secret, setSecret] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const again = () => cache.invalidateQueries({ queryKey: peopleKeys.tokens });

  const make = (event: FormEvent) => {
    event.preventDefault();
    const ends = days.trim() === "" ? {} : { days: Number(days) };
    people.makeToken({ name: name.trim(), scope: readOnly ? "READ" : "WRITE", ...ends }).then((made) => {
      setSecret(made.secret);
      setName("");
      setRefusal(null);
      void again();
    }, setRefusal);
  };
  const revoke = async (id: string, what: string) => {
    if (!(await confirm({ title: `Revoke ${what}?`, text: "From the next request on it opens nothing.", act: "Revoke" }))) return;
    people.revokeToken(id).then(again, (error: unknown) => sayProblem("Revoke", error));
  };

  return (
    <>
      <h2>Tokens</h2>
      <p className="soft">For programs and the command line: a token may do what you may, and is shown once.</p>
      {secret === null ? null : (
        <p className="note" role="status">
          <code>{secret}</code> <Copy text={secret} label="Copy" /> It is not shown again.
        </p>
      )}
      <Answered query={tokens} what="tokens">
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="No token yet." />
          ) : (
            <TableBox label="Tokens">
              <table>
                <thead>
                  <HeadRow heads={["Name", "Scope", "Made", "Ends", "Last used", ""]} />
                </thead>
                <tbody>
                  {list.map((token) => (
                    <tr key={token.id}>
                      <td>{token.name}</td>
                      <td>{token.scope === "READ" ? "looks only" : "all"}</td>
                      <td>
                        <Time at={token.createdAt} />
                      </td>
                      <td>{token.expiresAt ? <Time at={token.expiresAt} show="absolute" /> : "never"}</td>
                      <td>
                        <Time at={token.lastUsedAt} />
                      </td>
                      <td>
                        {makes ? (
                          <Button size="s" onClick={() => void revoke(token.id, token.name)} aria-label={`Revoke ${token.name}`}>
                            Revoke
                          </Button>
                        ) : null}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </TableBox>
          )
        }
      </Answered>
      {makes ? (
        <form className="stack narrow" onSubmit={make} aria-label="Make a token">
          <Field label="What it is for">{(given) => <TextField {...given} value={name} onChange={(event) => setName(event.target.value)} />}</Field>
          <Field label="Days until it ends" hint="Empty: it never does.">
            {(given) => <TextField {...given} inputMode="numeric" value={days} onChange={(event) => setDays(event.target.value)} />}
          </Field>
          <Checkbox checked={readOnly} onChecked={setReadOnly} label="It looks and changes nothing" />
          <Button type="submit" disabled={name.trim() === "" || !/^\d*$/.test(days.trim())}>
            Make a token
          </Button>
          {refusal === null ? null : <ErrorNote error={refusal} />}
        </form>
      ) : null}
    </>
  );
}

function Sessions() {
  const cache = useQueryClient();
  const sessions = useQuery({ queryKey: peopleKeys.sessions, queryFn: people.sessions });
  const end = (id: string) =>
    people.endSession(id).then(
      () => cache.invalidateQueries({ queryKey: peopleKeys.sessions }),
      (error: unknown) => sayProblem("Sign out", error),
    );
  return (
    <>
      <h2>Browsers</h2>
      <Answered query={sessions} what="sessions">
        {(list) => (
          <TableBox label="Browsers">
            <table>
              <thead>
                <HeadRow heads={["Browser", "Address", "Signed in", "Last seen", ""]} />
              </thead>
              <tbody>
                {list.map((session) => (
                  <tr key={session.id}>
                    <td>
                      {session.agent} {session.current ? <Badge>this one</Badge> : null}
                    </td>
                    <td>{session.address}</td>
                    <td>
                      <Time at={session.createdAt} />
                    </td>
                    <td>
                      <Time at={session.lastUsedAt} />
                    </td>
                    <td>
                      {session.current ? null : (
                        <Button size="s" onClick={() => void end(session.id)} aria-label={`Sign out ${session.agent}, ${session.address}`}>
                          Sign out
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
        )}
      </Answered>
    </>
  );
}

function Password() {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [refusal, setRefusal] = useState<unknown>(null);
  const change = (event: FormEvent) => {
    event.preventDefault();
    people.changePassword(old, fresh).then(() => {
      setOld("");
      setFresh("");
      setRefusal(null);
      say("The password is changed; every other browser is signed out.");
    }, setRefusal);
  };
  return (
    <>
      <h2>Password</h2>
      <form className="stack narrow" onSubmit={change} aria-label="Change the password">
        <Field label="The one of now">
          {(given) => <TextField {...given} type="password" autoComplete="current-password" value={old} onChange={(event) => setOld(event.target.value)} />}
        </Field>
        <Field label="The new one" hint="At least 12 characters.">
          {(given) => <TextField {...given} type="password" autoComplete="new-password" value={fresh} onChange={(event) => setFresh(event.target.value)} />}
        </Field>
        <Button type="submit" disabled={old === "" || fresh.length < 12}>
          Change it
        </Button>
        {refusal === null ? null : <ErrorNote error={refusal} />}
      </form>
    </>
  );
}
