import { useQuery, useQueryClient } from "@tanstack/react-query";
import { fleet, fleetKeys, type StoredPlace } from "../../api/fleet";
import type { Me } from "../../api/people";
import type { DeviceView } from "../../api/types";
import { Button } from "../../components/controls/Button";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { HeadRow } from "../../components/display/HeadRow";
import { TableBox } from "../../components/display/TableBox";
import { Time } from "../../components/display/Time";
import { bytes, some } from "../../components/format";
import { confirm } from "../../components/overlays/confirm";
import { say, sayProblem } from "../../components/overlays/toast";
import css from "./devices.module.css";

/** A name that specs may use, and where a run that does can go. */
interface Named {
  need: string;
  hosts: string[];
  stored?: StoredPlace | undefined;
}

const KINDS: Readonly<Record<string, string>> = { dataset: "data set", weights: "weights" };

/** What hosts offer by name and what was pushed, each name once, in order. */
export function named(devices: readonly DeviceView[], stored: readonly StoredPlace[]): Named[] {
  const all = new Map<string, Named>(stored.map((one) => [one.need, { need: one.need, hosts: [], stored: one }]));
  for (const device of devices) {
    for (const need of Object.keys(device.places ?? {})) {
      if (!/^(dataset|weights):/.test(need)) continue;
      const place = all.get(need) ?? { need, hosts: [] };
      if (!place.hosts.includes(device.host)) place.hosts.push(device.host);
      all.set(need, place);
    }
  }
  for (const { hosts } of all.values()) hosts.sort();
  return [...all.values()].sort((a, b) => (a.need < b.need ? -1 : 1));
}

/** Data sets and weights that a spec can name: which hosts have them, and what was pushed for all. */
export function Places({ me, devices }: { me: Me; devices: readonly DeviceView[] }) {
  const stored = useQuery({ queryKey: fleetKeys.places, queryFn: fleet.places });
  return (
    <section aria-label="Data and weights">
      <h2>Data and weights</h2>
      <Answered query={stored} what="data and weights">
        {(list) => {
          const places = named(devices, list);
          return places.length === 0 ? (
            <EmptyState title="No host offers data or weights by name, and none were pushed.">
              <p>
                Push some for all hosts: <code>runyard data push NAME FOLDER</code>
              </p>
            </EmptyState>
          ) : (
            <TableBox label="Names">
              <table className={css.places}>
                <thead>
                  <HeadRow heads={["Name", "On hosts", "Pushed", "Size", "Needed by", ""]} />
                </thead>
                <tbody className="num">
                  {places.map((place) => (
                    <Row key={place.need} place={place} me={me} />
                  ))}
                </tbody>
              </table>
            </TableBox>
          );
        }}
      </Answered>
    </section>
  );
}

function Row({ place: { need, hosts, stored }, me }: { place: Named; me: Me }) {
  const [kind = "", ...rest] = need.split(":");
  const name = rest.join(":");
  const mine = stored && !me.readOnly && (me.administrator || stored.pushedBy === me.name);
  return (
    <tr>
      <td>
        <span className={css.first}>{name}</span> <div className={css.under}>{KINDS[kind]}</div>
      </td>
      <td>{hosts.length > 0 ? hosts.join(", ") : <span className="faint">each fetches it</span>}</td>
      <td>
        {stored ? (
          <>
            by {stored.pushedBy}
            <div className={css.under}>
              <Time at={stored.pushedAt} />
            </div>
          </>
        ) : (
          <span className="faint">not pushed</span>
        )}
      </td>
      <td>{stored ? bytes(stored.size) : "–"}</td>
      <td>{stored?.openRuns ? some(stored.openRuns, "open run") : <span className="faint">none</span>}</td>
      <td>
        <div className={css.actions}>{mine ? <Forget need={need} name={name} used={stored.openRuns > 0} /> : null}</div>
      </td>
    </tr>
  );
}

function Forget({ need, name, used }: { need: string; name: string; used: boolean }) {
  const cache = useQueryClient();
  const forget = async () => {
    if (!(await confirm({ title: `Forget ${name}?`, text: "Specs that name it wait for a host that has its own. Copies that hosts fetched stay there until their room is needed.", act: "Forget", danger: true }))) return;
    await fleet.forgetPlace(need).then(
      () => say(`${name} is forgotten`),
      (error: unknown) => sayProblem(name, error),
    );
    void cache.invalidateQueries({ queryKey: fleetKeys.places });
  };
  return (
    <Button size="s" disabled={used} title={used ? "Open runs need it." : undefined} aria-label={`Forget ${name}`} onClick={() => void forget()}>
      Forget
    </Button>
  );
}
