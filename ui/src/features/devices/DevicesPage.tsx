import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import { type Me, people, peopleKeys } from "../../api/people";
import type { DeviceView } from "../../api/types";
import { ago, between, bytes, shortId } from "../../components/format";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { Link } from "../../components/navigation";
import { PageHeader } from "../../components/display/PageHeader";
import { useNow } from "../../components/now";
import { StatePill } from "../../components/display/StatePill";
import { TableBox } from "../../components/display/TableBox";
import { Time } from "../../components/display/Time";
import { DeviceActions } from "./DeviceActions";
import { Shares } from "./Shares";

/** Lease and heartbeat times move without an event of their own. */
const POLL_MS = 5000;

/** What a host offers, in a word: the name of data or weights, that it runs programs, a secret that they may have. */
const placed = (place: string) => (place === "command:any" ? "programs" : place.replace(/^(dataset|weights):/, "").replace(/^secret:/, "secret "));

export function DevicesPage() {
  const me = useQuery({ queryKey: peopleKeys.me, queryFn: people.me });
  const devices = useQuery({ queryKey: keys.devices, queryFn: api.devices, refetchInterval: POLL_MS });
  const workers = useQuery({ queryKey: keys.workers, queryFn: api.workers, refetchInterval: POLL_MS });
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
                    {["State", "Device", "Host", "Memory", "Slots", "Lease", "Held", "Last failure", "Worker", "Last seen", ""].map((head) => (
                      <th key={head} scope="col" aria-label={head === "" ? "What to do" : undefined}>
                        {head}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody className="num">
                  {list.map((device) => (
                    <Row key={device.id} device={device} now={now} me={me.data} />
                  ))}
                </tbody>
              </table>
            </TableBox>
          )
        }
      </Answered>
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

function Row({ device, now, me }: { device: DeviceView; now: number; me: Me | undefined }) {
  const { lease } = device;
  return (
    <tr>
      <td>
        <StatePill state={device.state} />
        {device.why ? <div className="faint">{device.why}</div> : null}
        {device.heldBy ? (
          <div className="faint">
            by {device.heldBy} until <Time at={device.heldUntil} show="absolute" />
          </div>
        ) : null}
        {device.conflicts?.map((line) => (
          <div key={line} className="faint">
            {line}
          </div>
        ))}
      </td>
      <td title={`${device.kind} ${device.key}`}>
        {device.name} <span className="faint">{device.kind}</span>
        {Object.entries(device.labels ?? {}).map(([name, value]) => (
          <span key={name} className="faint">
            {" "}
            {name}={value}
          </span>
        ))}
        {device.places && Object.keys(device.places).length > 0 ? <div className="faint">has {Object.keys(device.places).map(placed).join(", ")}</div> : null}
      </td>
      <td>{device.host}</td>
      <td>{bytes(device.memoryBytes)}</td>
      <td>{device.slots}</td>
      <td>
        {lease ? (
          <Link to={`/runs/${lease.run}`}>
            {shortId(lease.run)} <span className="faint">attempt {lease.attempt}</span>
          </Link>
        ) : (
          <span className="faint">none</span>
        )}
      </td>
      <td>{lease ? between(lease.since, null, now) : "–"}</td>
      <td>
        {device.lastFailure ? (
          <Link to={`/runs/${device.lastFailure.run}`} title={device.lastFailure.message ?? undefined}>
            {device.lastFailure.reason?.toLowerCase().replaceAll("_", " ") ?? "failed"} <span className="faint">{ago(device.lastFailure.at, now)}</span>
          </Link>
        ) : (
          <span className="faint">none</span>
        )}
      </td>
      <td>{device.version ?? "–"}</td>
      <td>{ago(device.lastSeen, now)}</td>
      <td>{me ? <DeviceActions device={device} me={me} /> : null}</td>
    </tr>
  );
}
