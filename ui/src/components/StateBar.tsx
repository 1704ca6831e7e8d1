import { RUN_STATES, type SweepView } from "../api/types";
import { count } from "./format";

/** Shares of a sweep's runs by state; the words say the same as the bar. */
export function StateBar({ sweep, words = true }: { sweep: SweepView; words?: boolean }) {
  const parts = RUN_STATES.map((state) => ({ state, n: sweep.states[state] ?? 0 })).filter((part) => part.n > 0);
  const counted = parts.reduce((sum, part) => sum + part.n, 0);
  const open = Math.max(0, sweep.total - counted);
  const said = [...parts.map((part) => `${count(part.n)} ${part.state.toLowerCase()}`), ...(open > 0 ? [`${count(open)} to come`] : [])].join(", ");
  return (
    <span className="states" title={said}>
      <span className="state-bar" aria-hidden="true">
        {parts.map((part) => (
          <span key={part.state} className={`fill-${part.state.toLowerCase()}`} style={{ flexGrow: part.n }} />
        ))}
        {open > 0 ? <span style={{ flexGrow: open }} /> : null}
      </span>
      {words ? <span className="small num">{said}</span> : <span className="sr">{said}</span>}
    </span>
  );
}
