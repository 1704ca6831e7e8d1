import type { ReactNode } from "react";
import { type MetricFormat, metric } from "../format";
import css from "./display.module.css";

interface Props {
  name: ReactNode;
  /** A number is written with the metric's own decimals. */
  value: number | string | null | undefined;
  format?: MetricFormat | undefined;
  /** ± for a mean over several. */
  std?: number | null | undefined;
  note?: ReactNode;
  title?: string;
}

/** One number that matters, with what it is and where it comes from. */
export function Tile({ name, value, format, std, note, title }: Props) {
  return (
    <div className={css.tile} title={title}>
      <div className={css.tileName}>{name}</div>
      <div className={css.tileValue}>
        {typeof value === "string" ? value : metric(value, format, std)}
        {format?.unit && value !== null && value !== undefined ? <span className={css.tileUnit}>{format.unit}</span> : null}
      </div>
      {note ? <div className={css.tileNote}>{note}</div> : null}
    </div>
  );
}

export function Tiles({ children }: { children: ReactNode }) {
  return <div className={css.tiles}>{children}</div>;
}
