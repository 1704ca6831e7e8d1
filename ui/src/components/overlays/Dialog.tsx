import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classes } from "../classes";
import { IconButton } from "../controls/Button";
import css from "./overlays.module.css";

interface Props {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** One sentence under the title. */
  description?: ReactNode;
  children?: ReactNode;
  /** The buttons, the one that does it last. */
  foot?: ReactNode;
  wide?: boolean;
}

/** Stands before the page until it is closed; holds the focus, and gives it back. On a phone it comes from below. */
export function Dialog({ open, onClose, title, description, children, foot, wide = false }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={css.veil} />
        <Radix.Content onOpenAutoFocus={(event) => {
            // The dialog itself takes the focus: a first button that lights up with its tip would be read before the title.
            event.preventDefault();
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
          }} className={classes(css.dialog, wide && css.dialogWide)} {...(description ? {} : { "aria-describedby": undefined })}>
          <div className={css.dialogHead}>
            <Radix.Title asChild>
              <h2>{title}</h2>
            </Radix.Title>
            <Radix.Close asChild>
              <IconButton icon={X} label="Close" keys="Escape" />
            </Radix.Close>
          </div>
          <div className={css.dialogBody}>
            {description ? (
              <Radix.Description asChild>
                <p className="soft">{description}</p>
              </Radix.Description>
            ) : null}
            {children}
          </div>
          {foot ? <div className={css.dialogFoot}>{foot}</div> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
