import { X } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "../classes";
import { IconButton } from "../controls/Button";
import css from "./display.module.css";

export type Tone = "still" | "live" | "good" | "bad" | "warn";

interface Props {
  tone?: Tone;
  icon?: LucideIcon | undefined;
  /** A dot that breathes: something works on it. */
  live?: boolean;
  title?: string | undefined;
  children: ReactNode;
}

export function Badge({ tone = "still", icon: Icon, live = false, title, children }: Props) {
  return (
    <span className={classes(css.badge, tone !== "still" && css[tone])} title={title}>
      {live ? <span className={css.dot} aria-hidden="true" /> : Icon ? <Icon size={13} strokeWidth={2.4} aria-hidden="true" /> : null}
      {children}
    </span>
  );
}

/** A word about a run that a person put there, or a part of a filter; with `onRemove` it can be taken off. */
export function Tag({ children, onRemove, label, onPress, title }: { children: ReactNode; onRemove?: () => void; label?: string; onPress?: () => void; title?: string }) {
  return (
    <span className={classes(css.badge, css.tag)}>
      {onPress ? (
        <button type="button" className={css.tagPress} title={title} onClick={onPress}>
          {children}
        </button>
      ) : (
        <span className={css.tagText}>{children}</span>
      )}
      {onRemove ? <IconButton icon={X} size="s" label={`Remove ${label ?? ""}`.trim()} onClick={onRemove} className={css.tagRemove} /> : null}
    </span>
  );
}
