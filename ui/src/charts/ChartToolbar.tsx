import { Search } from "lucide-react";
import type { ReactNode } from "react";
import { Checkbox } from "../components/controls/Checkbox";
import { Select } from "../components/controls/Select";
import { TextField } from "../components/controls/TextField";
import { X_AXES, X_NAMES, type XAxis } from "./axis";
import styles from "./charts.module.css";
import { SMOOTHINGS, type Smoothing } from "./smooth";
import type { ChartView } from "./view";

interface Props {
  view: ChartView;
  onView: (view: ChartView) => void;
  /** Whether there is something to see when superseded attempts are shown. */
  ghosts?: boolean;
  find?: boolean;
  children?: ReactNode;
}

const SMOOTHING: Record<Smoothing, string> = { ema: "moving average", gaussian: "Gaussian", none: "no smoothing" };

/** How all charts of a page are drawn. */
export function ChartToolbar({ view, onView, ghosts = true, find = true, children }: Props) {
  const set = (part: Partial<ChartView>) => onView({ ...view, ...part });
  return (
    <div className={styles.toolbar} role="group" aria-label="How charts are drawn">
      {find ? (
        <TextField
          icon={Search}
          type="search"
          placeholder="Find metrics (regex)"
          aria-label="Find metrics, a regular expression"
          value={view.find}
          onChange={(event) => set({ find: event.target.value })}
        />
      ) : null}
      {/* A zoom in the old axis' units would mean something else. */}
      <Select label="x axis" size="s" value={view.x} options={X_AXES.map((x) => ({ value: x, label: `by ${X_NAMES[x]}` }))} onValue={(x: XAxis) => set({ x, zoom: undefined })} />
      <Select label="Smoothing" size="s" value={view.smoothing} options={SMOOTHINGS.map((name) => ({ value: name, label: SMOOTHING[name] }))} onValue={(smoothing) => set({ smoothing })} />
      {view.smoothing === "none" ? null : (
        <label>
          <span className="sr">Weight of the past</span>
          <input type="range" min={0} max={0.99} step={0.01} value={view.weight} onChange={(event) => set({ weight: Number(event.target.value) })} />
          <output className={styles.weight}>{view.weight.toFixed(2)}</output>
        </label>
      )}
      <Checkbox label="log x" checked={view.logX} onChecked={(logX) => set({ logX })} />
      <Checkbox label="log y" checked={view.logY} onChecked={(logY) => set({ logY, flipped: [] })} />
      <Checkbox label="ignore outliers" checked={!view.outliers} onChecked={(ignore) => set({ outliers: !ignore })} />
      {ghosts ? <Checkbox label="superseded attempts" checked={view.ghosts} onChecked={(shown) => set({ ghosts: shown })} /> : null}
      {children}
    </div>
  );
}
