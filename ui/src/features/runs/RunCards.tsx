import { lazy, Suspense } from "react";
import { useMay } from "../../api/me";
import type { RunView } from "../../api/types";
import { Checkbox } from "../../components/controls/Checkbox";
import { ProgressBar } from "../../components/display/ProgressBar";
import { RunPill } from "../../components/display/RunPill";
import { Time } from "../../components/display/Time";
import { Link } from "../../components/navigation";
import type { Column } from "./columns";
import { RowMenuButton } from "./RowMenuButton";
import { Marks, Nesting } from "./RunsRow";
import css from "./runs.module.css";

const RowMenu = lazy(() => import("./RowMenu").then((module) => ({ default: module.RowMenu })));
const ENDED = new Set(["FINISHED", "PRUNED", "FAILED", "CANCELLED"]);

/** The table on a narrow screen: what a run is called, how it stands, and the number that matters. */
interface Props {
  runs: readonly RunView[];
  columns: readonly Column[];
  selected: (id: string) => boolean;
  onSelect: (run: RunView) => void;
  menu: string | null;
  onMenu: (run: string | null) => void;
  onChange: (run: RunView) => void;
}

export function RunCards({ runs, columns, selected, onSelect, menu, onMenu, onChange }: Props) {
  const may = useMay();
  const metrics = columns.filter((column) => column.section === "Metrics");
  const params = columns.filter((column) => column.section === "Configuration").slice(0, 4);
  return (
    <ul className={css.cards} aria-label="Runs">
      {runs.map((run) => {
        const main = metrics.find((column) => typeof column.raw(run) === "number") ?? metrics[0];
        return (
          <li key={run.id} className={css.runCard} data-selected={selected(run.id)}>
            <div className={css.cardTop}>
              <Checkbox checked={selected(run.id)} onChecked={() => onSelect(run)} label={`Select ${run.name}`} hidden />
              <Link to={`/runs/${run.id}`} className={css.name} title={run.name}>
                <span className={css.nameStart}>{run.name.slice(0, -10)}</span>
                <span className={css.nameEnd}>{run.name.slice(-10)}</span>
              </Link>
              <Marks run={run} />
              <Nesting run={run} />
              {!may.change(run) ? null : menu === run.id ? <Suspense fallback={<RowMenuButton name={run.name} />}><RowMenu run={run} onClose={() => onMenu(null)} onChange={() => onChange(run)} /></Suspense> : <RowMenuButton name={run.name} onOpen={() => onMenu(run.id)} />}
            </div>
            {main ? (
              <div className={css.cardMetric}>
                {main.text(run, 0)}
                <small>{main.title}</small>
              </div>
            ) : (
              <span />
            )}
            <div className={css.cardFacts}>
              <RunPill run={run} />
              <ProgressBar step={run.step} steps={run.steps} epoch={run.epoch} epochs={run.epochs} ended={ENDED.has(run.state)} />
              <Time at={run.createdAt} />
              {params.map((column) => (
                <span key={column.id}>
                  {column.title} <strong>{column.text(run, 0)}</strong>
                </span>
              ))}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
