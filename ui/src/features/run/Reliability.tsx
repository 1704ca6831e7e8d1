import type { Bin, Estimate } from "../../api/judged";
import { count, number } from "../../components/format";
import css from "./judged.module.css";

interface Props {
  bins: readonly Bin[];
  error: Estimate;
  images: number;
}

const SIDE = 240;
const LEFT = 34;
const BOTTOM = 30;
const at = (share: number) => LEFT + share * SIDE;
const up = (share: number) => 8 + (1 - share) * SIDE;

/** How often the answers of a bin are right, over how sure they were: on the diagonal where the model is calibrated. */
export function Reliability({ bins, error, images }: Props) {
  const filled = bins.filter((bin) => bin.images > 0);
  return (
    <figure className={css.figure}>
      <figcaption>Reliability</figcaption>
      <svg viewBox={`0 0 ${LEFT + SIDE + 8} ${SIDE + BOTTOM + 14}`} role="img" aria-label={`Reliability diagram: calibration error ${number(error.value)} over ${count(images)} images`}>
        {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
          <g key={tick} className={css.axis}>
            <line x1={LEFT} x2={at(1)} y1={up(tick)} y2={up(tick)} />
            <text x={LEFT - 5} y={up(tick) + 4} textAnchor="end">
              {tick}
            </text>
            <text x={at(tick)} y={SIDE + 23} textAnchor="middle">
              {tick}
            </text>
          </g>
        ))}
        {filled.map((bin) => (
          <rect key={bin.low} className={css.bar} x={at(bin.low) + 0.5} width={SIDE * (bin.high - bin.low) - 1} y={up(bin.accuracy)} height={SIDE * bin.accuracy}>
            <title>
              {`confidence ${number(bin.low)} to ${number(bin.high)}: ${count(bin.images)} images, mean confidence ${number(bin.confidence)}, right ${number(bin.accuracy)}`}
            </title>
          </rect>
        ))}
        <line className={css.diagonal} x1={at(0)} y1={up(0)} x2={at(1)} y2={up(1)} />
        {filled.map((bin) => (
          <circle key={bin.low} className={css.dot} cx={at(bin.confidence)} cy={up(bin.accuracy)} r={1.5 + 5 * Math.sqrt(bin.images / images)} />
        ))}
        <text className={css.axisName} x={at(0.5)} y={SIDE + 40} textAnchor="middle">
          confidence
        </text>
      </svg>
      <p className="small faint">Bars: share that is right. Dots: at the bin&apos;s mean confidence, larger with more images.</p>
    </figure>
  );
}
