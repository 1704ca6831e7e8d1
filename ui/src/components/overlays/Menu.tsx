import type { LucideIcon } from "lucide-react";
import { Check, ChevronRight } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { classes } from "../classes";
import { Keys } from "../display/Kbd";
import css from "./overlays.module.css";

interface Props {
  /** The button that opens it: one element that takes a ref. */
  trigger: ReactNode;
  /** `MenuItem`, `MenuChoice`, `MenuHeading`, `MenuLine`. */
  children: ReactNode;
  align?: "start" | "center" | "end";
  open?: boolean;
  onOpen?: (open: boolean) => void;
}

export function Menu({ trigger, children, align = "start", open, onOpen }: Props) {
  return (
    <DropdownMenu.Root modal={false} {...(open === undefined ? {} : { open })} {...(onOpen ? { onOpenChange: onOpen } : {})}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align={align} sideOffset={5} collisionPadding={8} className={css.menu}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface ItemProps {
  icon?: LucideIcon | undefined;
  danger?: boolean;
  disabled?: boolean;
  /** Why it cannot be chosen, or what it does. */
  hint?: ReactNode;
  keys?: string;
  onSelect?: () => void;
  /** Draw the only child, a link, as the item. */
  asChild?: boolean;
  children: ReactNode;
}

export function MenuItem({ icon: Icon, danger = false, disabled = false, hint, keys, onSelect, asChild = false, children }: ItemProps) {
  const common = { disabled, className: classes(css.item, danger && css.danger), ...(onSelect ? { onSelect } : {}) };
  if (asChild) {
    return (
      <DropdownMenu.Item {...common} asChild>
        {children}
      </DropdownMenu.Item>
    );
  }
  return (
    <DropdownMenu.Item {...common}>
      {Icon ? <Icon size={15} aria-hidden="true" /> : null}
      <span className={css.itemText}>
        {children}
        {hint ? <span className={css.hint}> {hint}</span> : null}
      </span>
      {keys ? <Keys keys={keys} /> : null}
    </DropdownMenu.Item>
  );
}

/** One of several, or on and off: shows whether it is the one. The menu stays open where `keep` says so. */
export function MenuChoice({ checked, onChecked, keep = false, children }: { checked: boolean; onChecked: (checked: boolean) => void; keep?: boolean; children: ReactNode }) {
  return (
    <DropdownMenu.CheckboxItem className={css.item} checked={checked} onCheckedChange={onChecked} {...(keep ? { onSelect: (event: Event) => event.preventDefault() } : {})}>
      <span style={{ width: 15 }} aria-hidden="true">
        {checked ? <Check size={15} /> : null}
      </span>
      <span className={css.itemText}>{children}</span>
    </DropdownMenu.CheckboxItem>
  );
}

/** Further items beside one. */
export function MenuMore({ icon: Icon, label, children }: { icon?: LucideIcon; label: string; children: ReactNode }) {
  return (
    <DropdownMenu.Sub>
      <DropdownMenu.SubTrigger className={css.item}>
        {Icon ? <Icon size={15} aria-hidden="true" /> : null}
        <span className={css.itemText}>{label}</span>
        <ChevronRight size={15} aria-hidden="true" />
      </DropdownMenu.SubTrigger>
      <DropdownMenu.Portal>
        <DropdownMenu.SubContent sideOffset={2} collisionPadding={8} className={css.menu}>
          {children}
        </DropdownMenu.SubContent>
      </DropdownMenu.Portal>
    </DropdownMenu.Sub>
  );
}

export function MenuHeading({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className={css.heading}>{children}</DropdownMenu.Label>;
}

export function MenuLine() {
  return <DropdownMenu.Separator className={css.line} />;
}
