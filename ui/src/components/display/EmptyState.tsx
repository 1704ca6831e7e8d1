import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import css from "./display.module.css";

/** Nothing is here: why, and what to do about it. */
export function EmptyState({ title, icon: Icon, children, actions }: { title: string; icon?: LucideIcon; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={css.empty}>
      {Icon ? <Icon size={28} strokeWidth={1.5} aria-hidden="true" /> : null}
      <p className={css.emptyTitle}>{title}</p>
      {children}
      {actions ? <div className={css.emptyActions}>{actions}</div> : null}
    </div>
  );
}
