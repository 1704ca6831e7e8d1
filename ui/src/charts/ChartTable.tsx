import { useState } from "react";
import { count, date } from "../components/format";
import { placeName, X_NAMES } from "./axis";
import styles from "./charts.module.css";
import { precise } from "./Readout";
import type { Trace } from "./trace";

const PAGE = 200;

/** The numbers behind a chart, newest first; lines of one step stand in one row. */
export function ChartTable({ traces }: { traces: readonly Trace[] }) {
  const [many, setMany] = useState(PAGE);
  const alone = traces.length === 1 ? traces[0]!.series : undefined;
  const by = traces.find(({ placed }) => placed)?.placed?.axis;
  const placesOf = ({ placed, series }: Trace) => placed?.x ?? series.steps;
  const steps = [...new Set(traces.flatMap(placesOf))].sort((a, b) => b - a);
  const rows = traces.map((trace) => new Map(placesOf(trace).map((at, i) => [at, i])));
  const cell = (value: number | null | undefined) => (value === null || value === undefined ? "–" : precise(value));
  const coarse = alone && !alone.exact && alone.min;
  return (
    // Scrolls, so it must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.table} tabIndex={0} role="region" aria-label="Values">
      <table>
        <thead>
          <tr>
            <th scope="col">{by ? X_NAMES[by] : "Step"}</th>
            {alone?.epochs ? <th scope="col">Epoch</th> : null}
            {traces.map((trace) => (
              <th key={trace.id} scope="col">
                {alone ? (coarse ? "Last" : "Value") : trace.label}
              </th>
            ))}
            {coarse ? (
              <>
                <th scope="col">Lowest</th>
                <th scope="col">Highest</th>
              </>
            ) : null}
            {alone && !traces[0]!.runs ? <th scope="col">Time</th> : null}
          </tr>
        </thead>
        <tbody>
          {steps.slice(0, many).map((step) => {
            const i = rows[0]?.get(step);
            return (
              <tr key={step}>
                <td>{by ? placeName(by, step) : count(step)}</td>
                {alone?.epochs ? <td>{cell(alone.epochs[i ?? -1])}</td> : null}
                {traces.map((trace, t) => (
                  <td key={trace.id}>{cell(trace.series.last[rows[t]!.get(step) ?? -1])}</td>
                ))}
                {coarse ? (
                  <>
                    <td>{cell(alone.min?.[i ?? -1])}</td>
                    <td>{cell(alone.max?.[i ?? -1])}</td>
                  </>
                ) : null}
                {alone && !traces[0]!.runs ? <td>{date(new Date((alone.times[i ?? -1] ?? 0) / 1000).toISOString())}</td> : null}
              </tr>
            );
          })}
        </tbody>
      </table>
      {steps.length > many ? (
        <button type="button" onClick={() => setMany(many + PAGE * 5)}>
          Show {count(Math.min(PAGE * 5, steps.length - many))} older
        </button>
      ) : null}
    </div>
  );
}
