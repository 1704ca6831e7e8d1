import type { ReactNode } from "react";
import { X_AXES, X_NAMES, type XAxis } from "./axis";
import styles from "./charts.module.css";
import type { Smoothing } from "./smooth";
import type { ChartView } from "./view";

interface Props {
  view: ChartView;
  onView: (view: ChartView) => void;
  /** Whether there is something to see when superseded attempts are shown. */
  ghosts?: boolean;
  /** Groups have no time of their own. */
  axes?: readonly XAxis[];
  find?: boolean;
  children?: ReactNode;
}

const SMOOTHING: Record<Smoothing, string> = { ema: "moving average", gaussian: "Gaussian", none: "none" };

/** How all charts of a page are drawn. */
export function ChartToolbar({ view, onView, ghosts = true, axes = X_AXES, find = true, children }: Props) {
  const set = (part: Partial<ChartView>) => onView({ ...view, ...part });
  return (
    <div className={styles.toolbar} role="group" aria-label="How charts are drawn">
      {find ? (
        <input
          type="search"
          placeholder="find metrics (regex)"
          aria-label="Find metrics, a regular expression"
          value={view.find}
          onChange={(event) => set({ find: event.target.value })}
        />
      ) : null}
      <label>
        x
        {/* A zoom in the old axis' units would mean something else. */}
        <select value={view.x} onChange={(event) => set({ x: event.target.value as XAxis, zoom: undefined })}>
          {axes.map((x) => (
            <option key={x} value={x}>
              {X_NAMES[x]}
            </option>
          ))}
        </select>
      </label>
      <label>
        Smoothing
        <select value={view.smoothing} onChange={(event) => set({ smoothing: event.target.value as Smoothing })}>
          {Object.entries(SMOOTHING).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {view.smoothing === "none" ? null : (
        <label>
          <span className="sr">Weight of the past</span>
          <input type="range" min={0} max={0.99} step={0.01} value={view.weight} onChange={(event) => set({ weight: Number(event.target.value) })} />
          <output className={styles.weight}>{view.weight.toFixed(2)}</output>
        </label>
      )}
      <label>
        <input type="checkbox" checked={view.logX} onChange={(event) => set({ logX: event.target.checked })} /> log x
      </label>
      <label>
        <input type="checkbox" checked={view.logY} onChange={(event) => set({ logY: event.target.checked, flipped: [] })} /> log y
      </label>
      <label>
        <input type="checkbox" checked={!view.outliers} onChange={(event) => set({ outliers: !event.target.checked })} /> ignore outliers
      </label>
      {ghosts ? (
        <label>
          <input type="checkbox" checked={view.ghosts} onChange={(event) => set({ ghosts: event.target.checked })} /> superseded attempts
        </label>
      ) : null}
      {children}
    </div>
  );
}
