import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { NamedMetric, RunGroup } from "../../api/overRuns";
import type { GroupsQuery, RunsQuery, RunsScope } from "../../api/paths";
import { toProblem } from "../../api/problem";
import charts from "../../charts/charts.module.css";
import type { Look } from "../../components/colour";
import { count, metric as inDecimals } from "../../components/format";
import { ANSWERED } from "./drawnGroups";
import type { OneByOne } from "./oneByOne";
import { groupId, groupName } from "./rows";
import { EACH, FIELDS, slices } from "./search";

/** Runs that are looked at to tell a number from a curve, those first that ended last: they have all they will have. */
const LOOKED_AT = 100;
/** Metrics of which that is asked; all further ones are drawn as curves. */
const ASKED = 4 * EACH;

/** How many points a metric has at most in one of the runs that are looked at; undefined: not known. */
export function usePoints(scope: RunsScope, metrics: readonly NamedMetric[], enabled: boolean): { points: (key: string) => number | undefined; pending: boolean } {
  const parts = useMemo(() => slices(metrics.slice(0, ASKED).map((one) => one.key), EACH), [metrics]);
  const answers = useQueries({
    queries: parts.map((part) => {
      const asked: RunsQuery = { ...scope, sort: "-endedAt", limit: LOOKED_AT, metrics: part };
      return { queryKey: keys.runs(asked), queryFn: async () => ({ pages: [await api.runs(asked)], pageParams: [""] }), placeholderData: keepPreviousData, staleTime: 30_000, enabled };
    }),
  });
  const most = new Map<string, number>();
  for (const run of answers.flatMap((answer) => answer.data?.pages[0]?.items ?? [])) {
    for (const [key, summary] of Object.entries(run.summary)) most.set(key, Math.max(most.get(key) ?? 0, summary.count));
  }
  return { points: (key) => most.get(key) || undefined, pending: answers.some((answer) => answer.isPending) };
}

interface Props {
  /** Metrics with one point. */
  names: readonly string[];
  metrics: readonly NamedMetric[];
  by: readonly string[];
  scope: RunsScope;
  drawn: readonly string[];
  looks: ReadonlyMap<string, Look>;
  questions: OneByOne;
  waiting: boolean;
}

/** What was measured once a run: its mean over all runs of each drawn group. */
export function GroupTiles({ names, metrics, by, scope, drawn, looks, questions, waiting }: Props) {
  const answers = useQueries({
    queries: slices(names, FIELDS).map((part) => {
      const asked: GroupsQuery = { ...scope, by: [...by], field: part.map(fieldOf), limit: ANSWERED };
      return { queryKey: keys.groups(asked), queryFn: ({ signal }: { signal: AbortSignal }) => questions.next(() => api.groups(asked), signal), placeholderData: keepPreviousData, enabled: !waiting };
    }),
  });
  const fault = answers.find((answer) => answer.error && !answer.data)?.error;
  const groups = answers.map((answer) => new Map(answer.data?.items.map((group) => [groupId(group.by), group])));
  const told = (name: string, id: string): RunGroup | undefined => groups[Math.floor(names.indexOf(name) / FIELDS)]?.get(id);
  if (fault) return <p className={charts.note}>{toProblem(fault).message}</p>;
  return (
    <dl className={charts.tiles}>
      {names.map((name) => (
        <div key={name} className={charts.tile}>
          <dt title={name}>{name.slice(name.lastIndexOf("/") + 1)}</dt>
          {drawn.map((id) => {
            const group = told(name, id);
            const spread = group?.fields[fieldOf(name)];
            if (!group || !spread?.n) return null;
            const label = groupName(group.by);
            return (
              <dd key={id} className={charts.each} title={`${label}: mean ± sample deviation (n − 1) over ${spread.n} runs with a finite value`}>
                <span className={charts.swatch} style={{ background: looks.get(id)?.colour }} />
                <span className="sr">{label}</span>
                {inDecimals(spread.mean, metrics.find((one) => one.key === name), spread.n > 1 ? (spread.std ?? null) : null)} <span className="faint">{`n ${count(spread.n)}${spread.n < group.runs ? ` of ${count(group.runs)}` : ""}`}</span>
              </dd>
            );
          })}
        </div>
      ))}
    </dl>
  );
}

const fieldOf = (name: string) => `metrics.${name}.last`;
