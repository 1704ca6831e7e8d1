import styles from "./charts.module.css";
import type { Look } from "./look";
import type { ChartView } from "./view";

interface Props {
  lines: readonly { id: string; label: string }[];
  looks: ReadonlyMap<string, Look>;
  view: ChartView;
  onView: (view: ChartView) => void;
  onEmphasis: (id: string | null) => void;
}

/** Which colour is which; a press switches a line off in all charts, pointing at a name makes its lines stand out. */
export function ChartLegend({ lines, looks, view, onView, onEmphasis }: Props) {
  return (
    <div className={styles.legend} role="group" aria-label="Lines">
      {lines.map(({ id, label }) => {
        const on = !view.hidden.includes(id);
        return (
          <button
            key={id}
            type="button"
            aria-pressed={on}
            title={label}
            onClick={() => onView({ ...view, hidden: on ? [...view.hidden, id] : view.hidden.filter((other) => other !== id) })}
            onPointerEnter={() => on && onEmphasis(id)}
            onPointerLeave={() => onEmphasis(null)}
            onFocus={() => on && onEmphasis(id)}
            onBlur={() => onEmphasis(null)}
          >
            <span className={styles.swatch} style={on ? { background: looks.get(id)?.colour } : { border: "1px solid var(--faint)" }} />
            <span>{label}</span>
          </button>
        );
      })}
    </div>
  );
}
