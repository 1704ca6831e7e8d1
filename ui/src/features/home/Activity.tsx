import { count } from "../../components/format";
import css from "./home.module.css";

const HEIGHT = 18;
const STEP = 5;

/** How many runs were queued on each of the last days, today last. */
export function Activity({ days }: { days: readonly number[] }) {
  const most = Math.max(1, ...days);
  const all = days.reduce((sum, runs) => sum + runs, 0);
  const words = all === 0 ? `no run queued in ${days.length} days` : `${count(all)} ${all === 1 ? "run" : "runs"} queued in ${days.length} days, ${count(days.at(-1) ?? 0)} today`;
  return (
    <svg className={css.activity} width={days.length * STEP} height={HEIGHT} role="img" aria-label={words}>
      <title>{words}</title>
      {days.map((runs, day) => {
        // A day on which something happened can be seen, however busy another was.
        const height = runs === 0 ? 1 : Math.max(3, (runs / most) * HEIGHT);
        return <rect key={day} x={day * STEP} y={HEIGHT - height} width={STEP - 1} height={height} data-none={runs === 0} />;
      })}
    </svg>
  );
}
