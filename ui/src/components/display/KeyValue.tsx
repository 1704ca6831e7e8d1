import type { ReactNode } from "react";
import { classes } from "../classes";
import css from "./display.module.css";

/** Facts side by side, or as `column` under each other. */
export function KeyValues({ column = false, children }: { column?: boolean; children: ReactNode }) {
  return <dl className={classes(css.facts, column && css.column)}>{children}</dl>;
}

export function KeyValue({ name, title, children }: { name: ReactNode; title?: string; children: ReactNode }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
