import type { DeviceView, RunView } from "../../api/types";
import type { Tried } from "../../api/sweepSearch";
import { shortId } from "../../components/format";

export interface Bar {
  attempt: Tried;
  from: number;
  to: number;
  /** In its device's rows, from 0: of a device with several slots some are beside each other. */
  row: number;
}

/** What one device did. */
export interface Lane {
  id: string;
  name: string;
  rows: number;
  bars: Bar[];
}

export interface Lanes {
  lanes: Lane[];
  from: number;
  to: number;
  /** Device-time that was worked on, of all that there was between the first start and the last end. */
  busy: number;
}

/** Of a sweep whose points are carried out elsewhere: each from when it was asked for to when it was told of. */
export function triedOf(runs: readonly RunView[]): Tried[] {
  return runs.flatMap((run) => (run.startedAt ? [{ run: run.id, attempt: 1, host: "elsewhere", state: run.state, startStep: 0, grantedAt: run.startedAt, ...(run.endedAt ? { endedAt: run.endedAt } : {}) }] : []));
}

/** Attempts by the device that had them, in the order in which the devices began. @param now for those that go on, ms */
export function lanesOf(attempts: readonly Tried[], devices: readonly DeviceView[], now: number): Lanes {
  const all = attempts
    .map((attempt) => ({ attempt, from: Date.parse(attempt.startedAt ?? attempt.grantedAt), to: attempt.endedAt ? Date.parse(attempt.endedAt) : now }))
    .sort((a, b) => a.from - b.from);
  const lanes = new Map<string, Lane & { free: number[] }>();
  for (const { attempt, from, to } of all) {
    const id = attempt.device ?? "";
    const device = devices.find((one) => one.id === id);
    const lane = lanes.get(id) ?? { id, name: device ? `${device.host} ${device.key}` : `${attempt.host ?? ""} ${shortId(id)}`.trim(), rows: 0, bars: [], free: [] };
    lanes.set(id, lane);
    let row = lane.free.findIndex((until) => until <= from);
    if (row < 0) row = lane.free.length;
    lane.free[row] = to;
    lane.rows = lane.free.length;
    lane.bars.push({ attempt, from, to: Math.max(from, to), row });
  }
  const from = Math.min(...all.map((one) => one.from));
  const to = Math.max(...all.map((one) => one.to));
  const rows = [...lanes.values()].reduce((sum, lane) => sum + lane.rows, 0);
  const worked = all.reduce((sum, one) => sum + Math.max(0, one.to - one.from), 0);
  return { lanes: [...lanes.values()].map(({ id, name, rows: many, bars }) => ({ id, name, rows: many, bars })), from, to, busy: to > from ? worked / (rows * (to - from)) : 1 };
}
