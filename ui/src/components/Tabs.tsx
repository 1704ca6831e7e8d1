import type { KeyboardEvent, ReactNode } from "react";

interface Props<T extends string> {
  tabs: readonly T[];
  current: T;
  onTab: (tab: T) => void;
  label: string;
  children: ReactNode;
}

/** Tabs as WAI-ARIA describes them: one stop in the tab order, arrow keys between them. */
export function Tabs<T extends string>({ tabs, current, onTab, label, children }: Props<T>) {
  const key = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    const next = tabs[(tabs.indexOf(current) + by + tabs.length) % tabs.length]!;
    onTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} className="tabs">
        {tabs.map((tab) => (
          <button
            key={tab}
            id={`tab-${tab}`}
            type="button"
            role="tab"
            aria-selected={tab === current}
            aria-controls="tab-panel"
            tabIndex={tab === current ? 0 : -1}
            onKeyDown={key}
            onClick={() => onTab(tab)}
          >
            {tab}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${current}`}>
        {children}
      </div>
    </>
  );
}
