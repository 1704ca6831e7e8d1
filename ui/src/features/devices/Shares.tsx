import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { fleet, fleetKeys, type Share, type ShareAsk } from "../../api/fleet";
import type { Me } from "../../api/people";
import { Button } from "../../components/controls/Button";
import { Select } from "../../components/controls/Select";
import { Field, TextField } from "../../components/controls/TextField";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { ErrorNote } from "../../components/display/ErrorNote";
import { HeadRow } from "../../components/display/HeadRow";
import { TableBox } from "../../components/display/TableBox";
import css from "./devices.module.css";

const any = (limit: number | null | undefined) => limit ?? "any";

/** What projects and users in them may have of the devices, and what they have had. */
export function Shares({ me }: { me: Me }) {
  const shares = useQuery({ queryKey: fleetKeys.shares, queryFn: fleet.shares });
  const kept = me.projects.filter((project) => me.administrator || project.role === "MAINTAINER").map((project) => project.name);
  return (
    <section aria-label="Shares and quotas">
      <h2>Shares and quotas</h2>
      <Answered query={shares} what="shares">
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="Everybody has the same share, and nobody has used any yet." />
          ) : (
            <TableBox label="Shares">
              <table>
                <thead>
                  <HeadRow heads={["Project", "Account", "Weight", "Slots", "Going", "Device-hours", "Used"]} />
                </thead>
                <tbody className="num">
                  {list.map((share) => (
                    <Row key={`${share.project} ${share.account ?? ""}`} share={share} />
                  ))}
                </tbody>
              </table>
            </TableBox>
          )
        }
      </Answered>
      {kept.length > 0 && !me.readOnly ? <Change projects={kept} administrator={me.administrator} /> : null}
    </section>
  );
}

function Row({ share }: { share: Share }) {
  return (
    <tr>
      <td>{share.project}</td>
      <td>{share.account ?? <span className="faint">all of it</span>}</td>
      <td>{share.weight}</td>
      <td>
        {any(share.slots)}
        {share.note ? <div className={css.why}>{share.note}</div> : null}
      </td>
      <td>{share.going}</td>
      <td>{any(share.deviceHours)}</td>
      <td>{share.usedHours}</td>
    </tr>
  );
}

/** What is left empty goes back to its default. */
function Change({ projects, administrator }: { projects: string[]; administrator: boolean }) {
  const cache = useQueryClient();
  const [project, setProject] = useState(projects[0] ?? "");
  const [account, setAccount] = useState("");
  const [numbers, setNumbers] = useState({ weight: "", slots: "", deviceHours: "" });
  const [refusal, setRefusal] = useState<unknown>(null);
  const put = (event: FormEvent) => {
    event.preventDefault();
    const body: ShareAsk = { project };
    if (account.trim() !== "") body.account = account.trim();
    for (const name of ["weight", "slots", "deviceHours"] as const) {
      if (numbers[name].trim() !== "") body[name] = Number(numbers[name]);
    }
    fleet.setShare(body).then(() => {
      setRefusal(null);
      void cache.invalidateQueries({ queryKey: fleetKeys.shares });
    }, setRefusal);
  };
  const number = (name: keyof typeof numbers, label: string, placeholder: string) => (
    <Field label={label}>
      {(field) => (
        <TextField {...field} inputMode="decimal" placeholder={placeholder} value={numbers[name]} onChange={(event) => setNumbers({ ...numbers, [name]: event.target.value })} />
      )}
    </Field>
  );
  return (
    <form className="row wrap" aria-label="Set a share" onSubmit={put}>
      <Field label="Project">
        {(field) => <Select {...field} value={project} options={projects.map((name) => ({ value: name, label: name }))} onValue={setProject} />}
      </Field>
      <Field label="Account">
        {(field) => <TextField {...field} placeholder={administrator ? "all of the project" : "account"} value={account} onChange={(event) => setAccount(event.target.value)} />}
      </Field>
      {number("weight", "Weight", "1")}
      {number("slots", "Slots at most", "any")}
      {number("deviceHours", "Device-hours at most", "any")}
      <Button type="submit" disabled={!administrator && account.trim() === ""}>
        Set
      </Button>
      {refusal === null ? null : <ErrorNote error={refusal} what="Share" />}
    </form>
  );
}
