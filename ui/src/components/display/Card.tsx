import type { ReactNode } from "react";
import { classes } from "../classes";
import css from "./display.module.css";

interface Props {
  title?: ReactNode;
  /** Its name for those who do not see the title's place; the title by default. */
  label?: string;
  /** Controls at the right of the title. */
  tools?: ReactNode;
  /** What is inside goes to the edges: tables, lists. */
  flush?: boolean;
  level?: 2 | 3;
  className?: string;
  children: ReactNode;
}

export function Card({ title, label, tools, flush = false, level = 2, className, children }: Props) {
  const Heading = `h${level}` as const;
  return (
    <section className={classes(css.card, className)} aria-label={label ?? (typeof title === "string" ? title : undefined)}>
      {title || tools ? (
        <div className={css.cardHead}>
          {title ? <Heading>{title}</Heading> : <span />}
          {tools}
        </div>
      ) : null}
      <div className={classes(css.cardBody, flush && css.flush)}>{children}</div>
    </section>
  );
}

/** Controls in a row that breaks where it must. */
export function Toolbar({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="group" aria-label={label} className={css.toolbar}>
      {children}
    </div>
  );
}
