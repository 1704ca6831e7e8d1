import type { ReactNode } from "react";
import css from "./display.module.css";

interface Props {
  /** The page's h1, and with the lab's name the browser's title. */
  title: string;
  /** Put before the title in the tab only: a state that changes. */
  prefix?: string;
  /** Links to what it is part of. */
  crumbs?: ReactNode;
  /** Beside the title. */
  badges?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
}

/** The head that every page has: where one is, what it is, what can be done. */
export function PageHeader({ title, prefix, crumbs, badges, actions, children }: Props) {
  return (
    <header className={css.pageHead}>
      <title>{`${prefix ? `${prefix} · ` : ""}${title} · Runyard`}</title>
      {crumbs ? (
        <nav aria-label="Part of" className={css.crumbs}>
          {crumbs}
        </nav>
      ) : null}
      <div className={css.pageTitle}>
        <h1>{title}</h1>
        {badges}
        {actions ? <div className={css.toolbar}>{actions}</div> : null}
      </div>
      {children}
    </header>
  );
}
