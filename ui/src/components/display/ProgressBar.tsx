import { classes } from "../classes";
import { count } from "../format";
import css from "./display.module.css";

interface Props {
  step?: number | null | undefined;
  steps?: number | null | undefined;
  epoch?: number | null | undefined;
  epochs?: number | null | undefined;
  wide?: boolean;
  /** Nothing works on it any more: what was done is still told. */
  ended?: boolean;
}

/** Steps done of all steps; the words carry the numbers, the bar only repeats them. */
export function ProgressBar({ step, steps, epoch, epochs, wide = false, ended = false }: Props) {
  if (!step && !epoch && !steps) return <span className="faint">–</span>;
  const share = steps ? Math.min(1, (step ?? 0) / steps) : undefined;
  const inSteps = `step ${count(step ?? 0)}${steps ? ` of ${count(steps)}` : ""}`;
  const inEpochs = epochs ? `${count(Math.floor(epoch ?? 0))}/${count(epochs)}${wide ? " epochs" : " ep"}` : undefined;
  return (
    <span className={classes(css.bar, wide && css.wide, ended && css.ended)} title={inSteps}>
      {share === undefined ? null : (
        <span className={css.track} aria-hidden="true">
          <span className={css.fill} style={{ width: `${share * 100}%` }} />
        </span>
      )}
      <span className="num">{[inEpochs, wide || !inEpochs ? inSteps : undefined].filter(Boolean).join(" · ")}</span>
    </span>
  );
}
