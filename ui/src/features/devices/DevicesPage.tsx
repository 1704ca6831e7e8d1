import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { type Me, people, peopleKeys } from "../../api/people";
import type { DeviceView } from "../../api/types";
import { ago, between, bytes, shortId, some } from "../../components/format";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { Link } from "../../components/navigation";
import { PageHeader } from "../../components/display/PageHeader";
import { useNow } from "../../components/now";
import { StatePill } from "../../components/display/StatePill";
import { TableBox } from "../../components/display/TableBox";
import { Time } from "../../components/display/Time";
import { DeviceActions } from "./DeviceActions";
import css from "./devices.module.css";
import { Places } from "./Places";
import { Shares } from "./Shares";

/** Lease and heartbeat times move without an event of their own. */
const POLL_MS = 5000;

/** What a host offers, in a word: the name of data or weights, that it runs programs, a secret that they may have. */
const placed = (place: string) => (place === "command:any" ? "programs" : place.replace(/^(dataset|weights):/, "").replace(/^secret:/, "secret "));

/** Names of the runs that devices have: a lease knows their ids alone. */
function useNames(): ReadonlyMap<string, string> {
  const query = { state: "STARTING,RUNNING,PAUSING,CANCELLING", sort: "-startedAt", limit: 500 };
  const { data } = useQuery({ queryKey: ["home", query], queryFn: () => api.runs(query) });
  return new Map((data?.items ?? []).map((run) => [run.id, run.name]));
}

export function DevicesPage() {
  const me = useQuery({ queryKey: peopleKeys.me, queryFn: people.me });
  const devices = useQuery({ queryKey: keys.devices, queryFn: api.devices, refetchInterval: POLL_MS });
  const workers = useQuery({ queryKey: keys.workers, queryFn: api.workers, refetchInterval: POLL_MS });
  const names = useNames();
  const now = useNow();
  return (
    <>
      <PageHeader title="Devices" />
      <Answered query={devices} what="devices">
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="No device has registered.">
              <p>
                Start a worker: <code>runyard worker --server {location.origin}</code>
              </p>
            </EmptyState>
          ) : (
            <TableBox label="Devices">
              <table>
                <thead>
                  <tr>
                    {["State", "Device", "Now", "Last failure", "Worker", ""].map((head) => (
                      <th key={head} scope="col" aria-label={head === "" ? "What to do" : undefined}>
                        {head}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody className="num">
                  {list.map((device) => (
                    <Row key={device.id} device={device} now={now} me={me.data} names={names} />
                  ))}
                </tbody>
              </table>
            </TableBox>
          )
        }
      </Answered>
      {me.data && devices.data ? <Places me={me.data} devices={devices.data} /> : null}
      {me.data ? <Shares me={me.data} /> : null}
      <h2>Workers</h2>
      <Answered query={workers} what="workers">
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="No worker has registered." />
          ) : (
            <TableBox label="Workers">
              <table>
                <thead>
                  <tr>
                    {["Worker", "Host", "Process", "Version", "State", "Last seen"].map((head) => (
                      <th key={head} scope="col">
                        {head}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody className="num">
                  {list.map((worker) => (
                    <tr key={worker.id}>
                      <td title={worker.id}>{shortId(worker.id)}</td>
                      <td>{worker.host}</td>
                      <td>{worker.pid ?? "–"}</td>
                      <td>{worker.version ?? "–"}</td>
                      <td>{worker.state ? <StatePill state={worker.state} /> : "–"}</td>
                      <td>{ago(worker.lastSeen, now)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </TableBox>
          )
        }
      </Answered>
    </>
  );
}

function Row({ device, now, me, names }: { device: DeviceView; now: number; me: Me | undefined; names: ReadonlyMap<string, string> }) {
  const { lease } = device;
  return (
    <tr>
      <td>
        <StatePill state={device.state} />
        {device.why ? <div className={css.why}>{device.why}</div> : null}
        {device.heldBy ? (
          <div className={css.why}>
            by {device.heldBy} until <Time at={device.heldUntil} show="absolute" />
          </div>
        ) : null}
        {device.conflicts?.map((line) => (
          <div key={line} className={css.why}>
            {line}
          </div>
        ))}
      </td>
      <td>
        <span className={css.first}>{device.name}</span> <span className="faint">{device.key}</span>
        <div className={css.under}>
          {device.host} · {bytes(device.memoryBytes)} · {some(device.slots, "slot")}
          {Object.entries(device.labels ?? {}).map(([name, value]) => ` · ${name}=${value}`)}
        </div>
        {device.places && Object.keys(device.places).length > 0 ? <div className={css.under}>has {Object.keys(device.places).map(placed).join(", ")}</div> : null}
      </td>
      <td>
        {lease ? (
          <>
            <Link to={`/runs/${lease.run}`}>{names.get(lease.run) ?? `run ${shortId(lease.run)}`}</Link>
            <div className={css.under}>
              attempt {lease.attempt}, for {between(lease.since, null, now)}
            </div>
          </>
        ) : (
          <span className="faint">nothing</span>
        )}
      </td>
      <td>
        {device.lastFailure ? (
          <>
            <Link to={`/runs/${device.lastFailure.run}`} title={device.lastFailure.message ?? undefined}>
              {device.lastFailure.reason?.toLowerCase().replaceAll("_", " ") ?? "failed"}
            </Link>
            <div className={css.under}>
              <Time at={device.lastFailure.at} />
            </div>
          </>
        ) : (
          <span className="faint">none</span>
        )}
      </td>
      <td>
        {device.version ?? "–"}
        <div className={css.under}>seen {ago(device.lastSeen, now)}</div>
      </td>
      <td>
        <div className={css.actions}>{me ? <DeviceActions device={device} me={me} /> : null}</div>
      </td>
    </tr>
  );
}
