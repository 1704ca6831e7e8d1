import { count } from "./format";

interface Props {
  step?: number | null | undefined;
  steps?: number | null | undefined;
  epoch?: number | null | undefined;
  epochs?: number | null | undefined;
  wide?: boolean;
}

/** Steps done of all steps; the words carry the numbers, the bar only repeats them. */
export function Progress({ step, steps, epoch, epochs, wide = false }: Props) {
  if (!step && !epoch && !steps) return <span className="faint">–</span>;
  const share = steps ? Math.min(1, (step ?? 0) / steps) : undefined;
  const words = [
    epochs ? `${count(epoch ?? 0)}/${count(epochs)}${wide ? " epochs" : " ep"}` : undefined,
    wide || !epochs ? `step ${count(step ?? 0)}${steps ? ` of ${count(steps)}` : ""}` : undefined,
  ];
  return (
    <span className={wide ? "progress wide" : "progress"} title={`step ${count(step ?? 0)}${steps ? ` of ${count(steps)}` : ""}`}>
      {share === undefined ? null : (
        <span className="bar" aria-hidden="true">
          <span style={{ width: `${share * 100}%` }} />
        </span>
      )}
      <span className="num">{words.filter(Boolean).join(" · ")}</span>
    </span>
  );
}
