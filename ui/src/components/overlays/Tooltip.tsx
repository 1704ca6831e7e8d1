import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";
import { Keys } from "../display/Kbd";
import css from "./overlays.module.css";

interface Props {
  label: ReactNode;
  keys?: string | undefined;
  /** One element that takes a ref and can be focused. */
  children: ReactNode;
  side?: "top" | "right" | "bottom" | "left";
}

/** Words about a control, on hover and on focus. Says nothing that is not also its name, or on the page. */
export function Tip({ label, keys, children, side = "bottom" }: Props) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content side={side} sideOffset={6} collisionPadding={8} className={css.tip}>
          <span>{label}</span>
          {keys ? <Keys keys={keys} /> : null}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

/** Once around the page: tips after the first come at once. */
export function Tips({ children }: { children: ReactNode }) {
  return (
    <Tooltip.Provider delayDuration={400} skipDelayDuration={250}>
      {children}
    </Tooltip.Provider>
  );
}
