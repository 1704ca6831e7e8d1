import { Link } from "@tanstack/react-router";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import type { RunState } from "../../api/types";
import { classes } from "../../components/classes";
import { Badge } from "../../components/display/Badge";
import { count } from "../../components/format";
import { Activity } from "./Activity";
import css from "./home.module.css";
import type { Best, ExperimentRow } from "./useExperiments";

const WORKING: readonly RunState[] = ["STARTING", "RUNNING", "PAUSING", "CANCELLING"];

const sum = (row: ExperimentRow, states: readonly RunState[]) => states.reduce((n, state) => n + (row.states[state] ?? 0), 0);

interface Props {
  rows: readonly ExperimentRow[];
  /** Runs queued on each of the last days, by experiment. */
  activity?: ReadonlyMap<string, readonly number[]> | undefined;
  /** What people put there, behind the name. */
  marks?: (row: ExperimentRow) => ReactNode;
  /** What can be done with it, at the row's end. */
  order?: (row: ExperimentRow) => ReactNode;
}

export function ExperimentTable({ rows, activity, marks, order }: Props) {
  // Beside what can be done with a row a phone has no room for it.
  const runs = classes(css.num, order && css.roomy);
  return (
    <div className={css.tableBox}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Experiment</th>
            <th scope="col">Best</th>
            <th scope="col" className={runs}>
              Runs
            </th>
            {activity ? (
              <th scope="col" className={css.roomy}>
                Last 14 days
              </th>
            ) : null}
            <th scope="col">Now</th>
            {order ? <th scope="col" className={css.order} aria-label="Keep order" /> : null}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const [working, waiting, failed] = [sum(row, WORKING), sum(row, ["QUEUED", "PAUSED"]), sum(row, ["FAILED"])];
            return (
              <tr key={row.name}>
                <th scope="row">
                  <Link to="/runs" search={{ experiment: row.name }}>
                    {row.name}
                  </Link>
                  {marks?.(row)}
                </th>
                <td>{row.best ? <BestValue best={row.best} /> : <span className="faint">–</span>}</td>
                <td className={runs}>{count(row.runs)}</td>
                {activity ? <td className={css.roomy}>{activity.has(row.name) ? <Activity days={activity.get(row.name)!} /> : null}</td> : null}
                <td>
                  <span className={css.badges}>
                    {working > 0 ? (
                      <Badge tone="live" live>
                        {count(working)} running
                      </Badge>
                    ) : null}
                    {waiting > 0 ? <Badge>{count(waiting)} waiting</Badge> : null}
                    {failed > 0 ? <Badge tone="bad">{count(failed)} failed</Badge> : null}
                    {working + waiting + failed === 0 ? <span className="faint">all ended</span> : null}
                  </span>
                </td>
                {order ? <td className={css.order}>{order(row)}</td> : null}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Experiments have goals of their own: the number says nothing without its name and which end is better. */
function BestValue({ best: { value, key, goal } }: { best: Best }) {
  const [Icon, words] = goal === "MIN" ? [ArrowDown, "lower is better"] : [ArrowUp, "higher is better"];
  return (
    <span className={css.best} title={`${key}, ${words}`}>
      <strong>{value}</strong>
      <span className="faint">
        {key} <Icon size={12} role="img" aria-label={words} />
      </span>
    </span>
  );
}
