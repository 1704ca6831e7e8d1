import { useMemo, useState } from "react";
import type { RunView } from "../../api/types";
import { lookOf } from "../../components/colour";
import { Checkbox } from "../../components/controls/Checkbox";
import { value } from "../../components/format";
import { paramOf } from "../../components/origin";
import { useDark } from "../../components/theme";
import { useDigits } from "./digits";
import type { PlotAxis } from "./axes";
import { type Mark, Marks } from "./Marks";
import css from "./sweeps.module.css";

interface Props {
  runs: readonly RunView[];
  params: readonly PlotAxis[];
  y: PlotAxis;
  /** The brushes of the parallel coordinates. */
  inside: (run: RunView) => boolean;
  result: (run: RunView) => number | null;
  width: number;
  onLog: (axis: string) => void;
}

const HEIGHT = 230;
const LEFT = 52;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 40;
const GAP = 14;

/** The result against each parameter alone. Brushes of the parallel coordinates hold here too. */
export function SlicePlot(props: Props) {
  const [said, setSaid] = useState("");
  const columns = Math.max(1, Math.min(props.params.length, Math.floor((props.width + GAP) / 320)));
  const width = Math.floor((props.width - GAP * (columns - 1)) / columns);
  return (
    <figure>
      <div className={css.slices} style={{ gap: GAP }}>
        {props.params.map((x) => (
          <Slice key={x.id} {...props} x={x} width={width} onSay={setSaid} />
        ))}
      </div>
      <figcaption className={css.caption}>
        <output className="grow">{said || "Press a mark to open its run."}</output>
        <Checkbox label="log y" disabled={!props.y.canLog} checked={props.y.log} onChecked={() => props.onLog(props.y.id)} />
      </figcaption>
    </figure>
  );
}

function Slice({ runs, x, y, inside, result, width, onLog, onSay }: Props & { x: PlotAxis; onSay: (text: string) => void }) {
  const digits = useDigits();
  const dark = useDark();
  const w = width - LEFT - RIGHT;
  const h = HEIGHT - TOP - BOTTOM;
  const px = (t: number) => LEFT + (0.04 + 0.92 * t) * w;
  const py = (t: number) => TOP + (0.97 - 0.94 * t) * h;
  const marks = useMemo(
    () =>
      runs.flatMap((run): Mark[] => {
        const [a, b] = [x.at(run), y.at(run)];
        return a === null || b === null ? [] : [{ run, x: px(a), y: py(b), on: inside(run) }];
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- px and py follow from width
    [runs, x, y, inside, width],
  );
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={`${y.title} against ${x.title}, ${marks.length} runs`}>
      {y.ticks.map((tick) => (
        <g key={tick.label} transform={`translate(0,${py(tick.at)})`}>
          <line x1={LEFT} x2={width - RIGHT} className={css.grid} />
          <text x={LEFT - 8} dy="0.32em" textAnchor="end" className={css.tick}>
            {tick.label}
          </text>
        </g>
      ))}
      {x.ticks.map((tick) => (
        <text key={tick.label} x={px(tick.at)} y={TOP + h + 15} textAnchor="middle" className={css.tick}>
          {tick.label}
        </text>
      ))}
      <Marks
        marks={marks}
        colour={lookOf(x.id, dark).colour}
        width={width}
        height={HEIGHT - BOTTOM}
        say={(run) => `${run.name}: ${x.title} ${value(paramOf(run, x.id))}, ${y.title} ${digits(result(run))}`}
        onSay={onSay}
      />
      <text x={LEFT + w / 2} y={HEIGHT - 8} textAnchor="middle" className={css.axisTitle}>
        {x.title}
        {x.log ? " (log)" : ""}
      </text>
      {x.canLog ? (
        <text
          x={width - RIGHT}
          y={HEIGHT - 8}
          textAnchor="end"
          className={x.log ? css.logOn : css.log}
          role="button"
          tabIndex={0}
          aria-pressed={x.log}
          aria-label={`log: logarithm of ${x.title}`}
          onClick={() => onLog(x.id)}
          onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && onLog(x.id)}
        >
          log
        </text>
      ) : null}
    </svg>
  );
}
