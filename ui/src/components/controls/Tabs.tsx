import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import css from "./Tabs.module.css";

interface Props<T extends string> {
  tabs: readonly { value: T; label: ReactNode; count?: number }[];
  value: T;
  onValue: (tab: T) => void;
  label: string;
  /** The panel of the tab that is shown. */
  children: ReactNode;
}

/** Only the shown panel is drawn. */
export function Tabs<T extends string>({ tabs, value, onValue, label, children }: Props<T>) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onValue(next as T)} activationMode="manual">
      <Radix.List aria-label={label} className={css.list}>
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.value} value={tab.value} className={css.tab}>
            {tab.label}
            {tab.count === undefined ? null : <span className={css.count}>{tab.count}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      <Radix.Content value={value} className={css.panel}>
        {children}
      </Radix.Content>
    </Radix.Root>
  );
}
