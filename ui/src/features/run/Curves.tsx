import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { RunView } from "../../api/types";
import { Answered } from "../../components/display/Answered";
import { EmptyState } from "../../components/display/EmptyState";
import { CurveCard } from "./CurveCard";
import type { RunPageView, XAxis } from "./view";

interface Props {
  run: RunView;
  view: RunPageView;
  onView: (view: RunPageView) => void;
}

const ORDER = ["train/", "val/", "test/"];
const rank = (key: string) => {
  const at = ORDER.findIndex((prefix) => key.startsWith(prefix));
  return key.startsWith("system/") ? 9 : at < 0 ? 5 : at;
};
const AXES: readonly { x: XAxis; label: string }[] = [
  { x: "step", label: "step" },
  { x: "epoch", label: "epoch" },
  { x: "time", label: "relative time" },
];

export function Curves({ run, view, onView }: Props) {
  const listed = useQuery({ queryKey: keys.metrics(run.id), queryFn: () => api.metrics(run.id) });
  // The run's own summary follows live; the listing may be older.
  const names = [...new Set([...(listed.data?.keys.map((k) => k.key) ?? []), ...Object.keys(run.summary)])]
    .filter((key) => key.toLowerCase().includes(view.find.toLowerCase()))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  return (
    <section aria-label="Curves">
      <div className="toolbar row wrap">
        <input
          type="search"
          placeholder="find a metric"
          aria-label="Find a metric"
          value={view.find}
          onChange={(event) => onView({ ...view, find: event.target.value })}
        />
        <label className="row">
          <span>Smoothing</span>
          <input
            type="range"
            min={0}
            max={0.99}
            step={0.01}
            value={view.smoothing}
            onChange={(event) => onView({ ...view, smoothing: Number(event.target.value) })}
          />
          <output className="num w4">{view.smoothing.toFixed(2)}</output>
        </label>
        <label className="row">
          <span>x</span>
          <select value={view.x} onChange={(event) => onView({ ...view, x: event.target.value as XAxis })}>
            {AXES.map(({ x, label }) => (
              <option key={x} value={x}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label className="check">
          <input type="checkbox" checked={view.logY} onChange={(event) => onView({ ...view, logY: event.target.checked })} /> log y
        </label>
        <label className="check">
          <input type="checkbox" checked={view.ghosts} onChange={(event) => onView({ ...view, ghosts: event.target.checked })} /> superseded attempts
        </label>
      </div>
      {names.length > 0 ? (
        <div className="cards">
          {names.map((key) => (
            <CurveCard key={key} run={run} metric={key} view={view} />
          ))}
        </div>
      ) : (
        <Answered query={listed} what="metrics">
          {() => <EmptyState title={view.find ? "No metric has this name." : "Nothing was measured yet."} />}
        </Answered>
      )}
    </section>
  );
}
