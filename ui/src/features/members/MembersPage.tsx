import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type Account, type Level, type Me, type Member, people, peopleKeys } from "../../api/people";
import { Button } from "../../components/controls/Button";
import { Checkbox } from "../../components/controls/Checkbox";
import { Select } from "../../components/controls/Select";
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
import { sayProblem } from "../../components/overlays/toast";
import { Retention } from "./Retention";

const LEVELS: { value: Level; label: string }[] = [
  { value: "VIEWER", label: "Viewer: looks" },
  { value: "RESEARCHER", label: "Researcher: queues, changes their own" },
  { value: "MAINTAINER", label: "Maintainer: changes all, says who is a member" },
];

/** Who works in which project and what it keeps of files, and for an administrator everybody's accounts. */
export function MembersPage() {
  const me = useQuery({ queryKey: peopleKeys.me, queryFn: people.me });
  return (
    <>
      <PageHeader title="Members" />
      <Answered query={me} what="projects">
        {(who) => (
          <>
            {who.projects.length === 0 ? (
              <EmptyState title="You are a member of no project yet.">
                <p>Ask a maintainer of a project to make you one.</p>
              </EmptyState>
            ) : null}
            {who.projects.map((project) => (
              <Project key={project.name} name={project.name} keeps={project.role === "MAINTAINER" && !who.readOnly} />
            ))}
            {who.administrator && !who.readOnly ? <Administration me={who} /> : null}
          </>
        )}
      </Answered>
    </>
  );
}

function Project({ name, keeps }: { name: string; keeps: boolean }) {
  const cache = useQueryClient();
  const key = peopleKeys.members(name);
  const members = useQuery({ queryKey: key, queryFn: () => people.members(name) });
  const [account, setAccount] = useState("");
  const [level, setLevel] = useState<Level>("RESEARCHER");
  /** It may have been one's own role. */
  const changed = (now: Member[]) => {
    cache.setQueryData(key, now);
    void cache.invalidateQueries({ queryKey: peopleKeys.me });
  };
  const set = (who: string, role: Level) =>
    people.setMember(name, who, role).then(
      (now) => {
        changed(now);
        setAccount((typed) => (typed.trim() === who ? "" : typed));
      },
      (error: unknown) => sayProblem("Members", error),
    );
  const drop = async (who: string) => {
    if (!(await confirm({ title: `Take ${who} out of ${name}?`, text: "What they made there stays.", act: "Take out" }))) return;
    people.dropMember(name, who).then(changed, (error: unknown) => sayProblem("Members", error));
  };
  return (
    <section aria-label={`Project ${name}`}>
      <h2>{name}</h2>
      <Answered query={members} what="members">
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="It has no members." />
          ) : (
            <TableBox label={`Members of ${name}`}>
              <table>
                <thead>
                  <HeadRow heads={["Account", "Role", "Since", ""]} />
                </thead>
                <tbody>
                  {list.map((member) => (
                    <tr key={member.account}>
                      <td>{member.account}</td>
                      <td>
                        {keeps ? (
                          <Select size="s" label={`Role of ${member.account}`} value={member.role} options={LEVELS} onValue={(role) => void set(member.account, role)} />
                        ) : (
                          member.role.toLowerCase()
                        )}
                      </td>
                      <td>
                        <Time at={member.createdAt} />
                      </td>
                      <td>
                        {keeps ? (
                          <Button size="s" onClick={() => void drop(member.account)} aria-label={`Take out ${member.account}`}>
                            Take out
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
      {keeps ? (
        <form
          className="row wrap narrow"
          aria-label={`Add a member to ${name}`}
          onSubmit={(event) => {
            event.preventDefault();
            void set(account.trim(), level);
          }}
        >
          <TextField aria-label="Account" placeholder="account" value={account} onChange={(event) => setAccount(event.target.value)} />
          <Select label="Role" value={level} options={LEVELS} onValue={setLevel} />
          <Button type="submit" disabled={account.trim() === ""}>
            Add
          </Button>
        </form>
      ) : null}
      <Retention project={name} keeps={keeps} />
    </section>
  );
}

function Administration({ me }: { me: Me }) {
  const cache = useQueryClient();
  const accounts = useQuery({ queryKey: peopleKeys.accounts, queryFn: people.accounts });
  const [name, setName] = useState("");
  const [project, setProject] = useState("");
  const [administrator, setAdministrator] = useState(false);
  const [link, setLink] = useState<{ name: string; href: string } | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const invited = (made: { account: Account; invitation: string }) => {
    setLink({ name: made.account.name, href: `${location.origin}/#invitation=${made.invitation}` });
    setRefusal(null);
    void cache.invalidateQueries({ queryKey: peopleKeys.accounts });
  };
  const make = (event: FormEvent) => {
    event.preventDefault();
    people.makeAccount(name.trim(), administrator).then((made) => {
      invited(made);
      setName("");
    }, setRefusal);
  };
  const change = (account: Account, body: { administrator?: boolean; disabled?: boolean }) =>
    people.changeAccount(account.id, body).then(
      () => cache.invalidateQueries({ queryKey: peopleKeys.accounts }),
      (error: unknown) => sayProblem(account.name, error),
    );
  return (
    <>
      <form
        className="row wrap narrow"
        aria-label="Make a project"
        onSubmit={(event) => {
          event.preventDefault();
          people.makeProject(project.trim()).then(
            () => {
              setProject("");
              void cache.invalidateQueries({ queryKey: peopleKeys.me });
            },
            (error: unknown) => sayProblem("Project", error),
          );
        }}
      >
        <TextField aria-label="New project" placeholder="new project" value={project} onChange={(event) => setProject(event.target.value)} />
        <Button type="submit" disabled={project.trim() === ""}>
          Make a project
        </Button>
      </form>
      <h2>Accounts</h2>
      {link === null ? null : (
        <p className="note" role="status">
          Give {link.name} this link; it is good once, for 48 hours, and not shown again: <code>{link.href}</code> <Copy text={link.href} label="Copy" />
        </p>
      )}
      <Answered query={accounts} what="accounts">
        {(list) => (
          <TableBox label="Accounts">
            <table>
              <thead>
                <HeadRow heads={["Name", "Status", "Made", "Last seen", ""]} />
              </thead>
              <tbody>
                {list.map((account) => (
                  <tr key={account.id}>
                    <td id={`account-${account.id}`}>{account.name}</td>
                    <td>
                      {account.administrator ? <Badge>administrator</Badge> : null} {account.invited ? <Badge>invited</Badge> : null}{" "}
                      {account.disabled ? <Badge>disabled</Badge> : null} {account.local ? <Badge>this machine</Badge> : null}
                    </td>
                    <td>
                      <Time at={account.createdAt} />
                    </td>
                    <td>
                      <Time at={account.lastSeenAt} />
                    </td>
                    <td>
                      {account.local || account.name === me.name ? null : (
                        <>
                          <Button size="s" aria-describedby={`account-${account.id}`} onClick={() => people.invite(account.id).then(invited, (error: unknown) => sayProblem("Invite", error))}>
                            Invite again
                          </Button>{" "}
                          <Button size="s" aria-describedby={`account-${account.id}`} onClick={() => void change(account, { administrator: !account.administrator })}>
                            {account.administrator ? "No longer administrator" : "Make administrator"}
                          </Button>{" "}
                          <Button size="s" aria-describedby={`account-${account.id}`} onClick={() => void change(account, { disabled: !account.disabled })}>
                            {account.disabled ? "Let back" : "Disable"}
                          </Button>
                        </>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
        )}
      </Answered>
      <form className="stack narrow" aria-label="Make an account" onSubmit={make}>
        <Field label="Name" hint="Small letters, digits, dots, dashes.">
          {(given) => <TextField {...given} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Checkbox checked={administrator} onChecked={setAdministrator} label="Administrator of the lab" />
        <Button type="submit" disabled={name.trim() === ""}>
          Make an account
        </Button>
        {refusal === null ? null : <ErrorNote error={refusal} />}
      </form>
    </>
  );
}
