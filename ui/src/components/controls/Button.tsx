import { createLink, type LinkComponent } from "@tanstack/react-router";
import type { LucideIcon } from "lucide-react";
import type { AnchorHTMLAttributes, ComponentProps, ReactNode, Ref } from "react";
import { classes } from "../classes";
import { Tip } from "../overlays/Tooltip";
import css from "./Button.module.css";

interface Look {
  kind?: "plain" | "primary" | "danger" | "quiet";
  size?: "m" | "s";
  icon?: LucideIcon | undefined;
}

type Props = ComponentProps<"button"> & Look & { /** Something is being asked for: the button waits. */ busy?: boolean };

const look = ({ kind = "plain", size = "m" }: Look, extra?: string) =>
  classes(css.button, kind !== "plain" && css[kind], size === "s" && css.small, extra);

export function Button({ kind = "plain", size = "m", icon: Icon, busy = false, disabled, className, children, type = "button", ...rest }: Props) {
  return (
    <button {...rest} type={type} disabled={disabled || busy} aria-busy={busy || undefined} className={look({ kind, size }, className)}>
      {busy ? <span className={css.spinner} aria-hidden="true" /> : Icon ? <Icon size={size === "s" ? 14 : 16} aria-hidden="true" /> : null}
      {children}
    </button>
  );
}

type IconProps = Omit<Props, "children" | "icon"> & {
  icon: LucideIcon;
  /** What it does; read out, and shown when the pointer or the focus rests on it. */
  label: string;
  /** Its shortcut, shown beside the label. */
  keys?: string;
};

export function IconButton({ icon: Icon, label, keys, kind = "quiet", size = "m", busy = false, disabled, className, type = "button", ...rest }: IconProps) {
  return (
    <Tip label={label} keys={keys}>
      <button {...rest} type={type} aria-label={label} disabled={disabled || busy} aria-busy={busy || undefined} className={look({ kind, size }, classes(css.icon, className))}>
        {busy ? <span className={css.spinner} aria-hidden="true" /> : <Icon size={size === "s" ? 15 : 17} aria-hidden="true" />}
      </button>
    </Tip>
  );
}

interface AnchorProps extends AnchorHTMLAttributes<HTMLAnchorElement>, Look {
  children?: ReactNode;
  ref?: Ref<HTMLAnchorElement>;
}

function Anchor({ kind = "plain", size = "m", icon: Icon, className, children, ...rest }: AnchorProps) {
  return (
    <a {...rest} className={look({ kind, size }, className)}>
      {Icon ? <Icon size={size === "s" ? 14 : 16} aria-hidden="true" /> : null}
      {children}
    </a>
  );
}

/** A link to another place of the page that looks like a button; takes what the router's `Link` takes. */
export const LinkButton: LinkComponent<typeof Anchor> = createLink(Anchor);

/** Buttons of which one is pressed. */
export function Segmented<T extends string>({ label, value, options, onValue, size = "m" }: { label: string; value: T; options: readonly { value: T; label: ReactNode; title?: string }[]; onValue: (value: T) => void; size?: "m" | "s" }) {
  return (
    <div role="group" aria-label={label} className={css.group}>
      {options.map((option) => (
        <button key={option.value} type="button" title={option.title} aria-pressed={option.value === value} className={look({ size })} onClick={() => onValue(option.value)}>
          {option.label}
        </button>
      ))}
    </div>
  );
}
