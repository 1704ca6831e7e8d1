import { count } from "../components/format";
import { atWords, type XAxis } from "./axis";
import styles from "./charts.module.css";
import type { Look } from "./look";
import { type Drawn, nearest, stepAt } from "./trace";

/** A value with every digit that tells something: single-precision numbers have no more than nine. */
export function precise(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(9)));
}

export interface Read {
  id: string;
  label: string;
  x: number;
  /** Undefined where a mean is of runs that have different ones there. */
  step: number | undefined;
  value: number;
  line: number;
  low: number | null;
  high: number | null;
  /** Of a group: how many runs. */
  n: number | null;
}

/** What each line has at the cursor: its point that is nearest to it, if its curve reaches there. */
export function readAt(drawn: readonly Drawn[], x: number): Read[] {
  const found: Read[] = [];
  for (const d of drawn) {
    const n = d.x.length;
    if (n === 0) continue;
    const gap = n > 1 ? (d.x[n - 1]! - d.x[0]!) / (n - 1) : Infinity;
    if (x < d.x[0]! - gap || x > d.x[n - 1]! + gap) continue;
    const i = nearest(d.x, x);
    const value = d.raw[i];
    if (value === null || value === undefined) continue;
    found.push({ id: d.id, label: d.label, x: d.x[i]!, step: stepAt(d, i), value, line: d.line[i] ?? value, low: d.low?.[i] ?? null, high: d.high?.[i] ?? null, n: d.n?.[i] ?? null });
  }
  return found;
}

interface Props {
  reads: readonly Read[];
  looks: ReadonlyMap<string, Look>;
  axis: XAxis;
  smoothed: boolean;
  groups: boolean;
  /** px from the left of the chart. */
  left: number;
  /** Whether the box goes to the left of the cursor. */
  right: boolean;
  /** Id of the line that the pointer is nearest to. */
  near: string | null;
}

const MOST = 12;
/** px of a box with names and values. */
const WIDTH = 210;

/** Beside the cursor: what every line has there, highest first. */
export function Readout({ reads, looks, axis, smoothed, groups, left, right, near }: Props) {
  const first = reads[0];
  if (!first) return null;
  const oneStep = reads.every((read) => (read.step === undefined ? read.x === first.x : read.step === first.step));
  const sorted = [...reads].sort((a, b) => b.line - a.line);
  const shown = sorted.slice(0, MOST);
  // Where lines are named the box has one width, so that it can be kept inside the chart.
  const width = reads.length > 1 ? WIDTH + (smoothed ? 70 : 0) + (reads.some((read) => read.low !== null) ? 60 : 0) : undefined;
  const place = width === undefined ? { left, transform: right ? "translateX(calc(-100% - 14px))" : "translateX(14px)" } : { width, left: right ? `max(0px, ${left - 14 - width}px)` : `min(${left + 14}px, calc(100% - ${width}px))` };
  const say = (value: number) => (groups ? precise(Number(value.toPrecision(5))) : precise(value));
  return (
    <div className={styles.readout} style={{ top: 6, ...place }} aria-hidden="true">
      <div className={styles.at}>
        {atWords(axis, first.x, first.step)}
        {oneStep ? "" : " (nearest of each)"}
      </div>
      <table>
        <tbody>
          {shown.map((read) => (
            <tr key={read.id} className={read.id === near ? styles.near : undefined}>
              <td>
                <span className={styles.swatch} style={{ background: looks.get(read.id)?.colour }} />
              </td>
              {reads.length > 1 ? <td>{read.label}</td> : null}
              <td className={styles.value}>{say(read.value)}</td>
              {smoothed ? <td className={styles.value}>~{precise(Number(read.line.toPrecision(5)))}</td> : null}
              {read.low !== null && read.high !== null ? (
                <td className={styles.value}>{groups ? `± ${precise(Number((read.high - read.value).toPrecision(3)))}` : `${precise(read.low)} … ${precise(read.high)}`}</td>
              ) : null}
              {read.n !== null ? <td className={styles.value}>n {count(read.n)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length > MOST ? <div className={styles.at}>and {sorted.length - MOST} more</div> : null}
    </div>
  );
}

/** The same in a sentence, for the keyboard's cursor. */
export function readWords(reads: readonly Read[], axis: XAxis): string {
  const first = reads[0];
  if (!first) return "";
  const said = reads.slice(0, 10).map((read) => (reads.length > 1 ? `${read.label} ${precise(read.value)}` : precise(read.value)));
  return `${atWords(axis, first.x, first.step)}: ${said.join(", ")}`;
}
