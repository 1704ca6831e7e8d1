import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classes } from "../classes";
import css from "./overlays.module.css";

interface Props {
  /** The button that opens it: one element that takes a ref. */
  trigger: ReactNode;
  /** Read out as the panel's name. */
  label: string;
  children: ReactNode;
  wide?: boolean;
  align?: "start" | "center" | "end";
  open?: boolean;
  onOpen?: (open: boolean) => void;
}

/** A panel beside its button; Escape and a press elsewhere close it, the focus goes back to the button. */
export function Popover({ trigger, label, children, wide = false, align = "start", open, onOpen }: Props) {
  return (
    <Radix.Root {...(open === undefined ? {} : { open })} {...(onOpen ? { onOpenChange: onOpen } : {})}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content aria-label={label} align={align} sideOffset={5} collisionPadding={8} className={classes(css.panel, wide && css.wide)}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
