import css from "./display.module.css";

const mac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);
const NAMES: Record<string, string> = { mod: mac ? "⌘" : "Ctrl", shift: "⇧", escape: "Esc", enter: "Enter", arrowdown: "↓", arrowup: "↑", arrowleft: "←", arrowright: "→", delete: "Del" };

export function Kbd({ children }: { children: string }) {
  return <kbd className={css.kbd}>{children}</kbd>;
}

/** @param keys as `useShortcut` takes them: `mod+k`, `g r` (one after the other) */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className={css.keys}>
      {keys.split(" ").map((chord) => (
        <span key={chord} className={css.chord}>
          {chord.split("+").map((key) => (
            <Kbd key={key}>{NAMES[key.toLowerCase()] ?? key}</Kbd>
          ))}
        </span>
      ))}
    </span>
  );
}
