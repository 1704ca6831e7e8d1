import { useQueries, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { AttemptView, DeviceView, Json, RunView } from "../../api/types";
import { between, duration, shortId } from "../../components/format";
import { useNow } from "../../components/now";
import { columnsOf, type CompareColumn } from "./columns";
import { Configurations } from "./Configurations";
import { codeOf } from "../../components/code";
import { flat } from "../../components/configuration";

interface Props {
  runs: readonly RunView[];
  looks: ReadonlyMap<string, { colour: string }>;
  all: boolean;
  onAll: (all: boolean) => void;
}

/** Where and with what each run was made: what differs here may explain what differs in the results. */
export function Environments({ runs, looks, all, onAll }: Props) {
  const now = useNow();
  const devices = useQuery({ queryKey: keys.devices, queryFn: api.devices });
  const attempts = useQueries({ queries: runs.map((run) => ({ queryKey: keys.attempts(run.id), queryFn: () => api.attempts(run.id) })) });
  const columns: CompareColumn[] = columnsOf(runs, runs[0]?.id ?? "", false).map((column) => {
    const run = column.runs[0]!;
    const tries = attempts[runs.indexOf(run)]?.data ?? [];
    return { ...column, config: environmentOf(run, tries, devices.data ?? [], between(run.startedAt, run.endedAt, now)) };
  });
  return <Configurations columns={columns} looks={looks} all={all} onAll={onAll} />;
}

export function environmentOf(run: RunView, attempts: readonly AttemptView[], devices: readonly DeviceView[], took: string): Record<string, Json> {
  const last = attempts.at(-1);
  const device = devices.find((one) => one.id === last?.device);
  const known = run.environment ? flat(run.environment) : {};
  const code = codeOf(run);
  return {
    ...known,
    device: device?.name ?? (last?.device ? shortId(last.device) : null),
    host: last?.host ?? null,
    attempts: attempts.length || run.attempt,
    duration: took,
    ...(run.deviceSeconds === undefined || run.deviceSeconds === null ? {} : { "time on devices": duration(run.deviceSeconds) }),
    ...(run.dataFingerprint ? { "data fingerprint": run.dataFingerprint } : {}),
    "spec hash": run.specHash ?? null,
    ...(code ? { commit: code.commit ?? null, // Only what was packed with a commit and without changes is known to have none.
          "changes since": code.diff ?? (code.archive && code.commit ? "none" : null) } : {}),
  };
}
