import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
const KEY = "runyard.theme";
const CHANGED = "runyard:theme";
let media: MediaQueryList | undefined;
/** Asked of the browser once: every chart looks at it each time it is drawn. */
const system = () => (media ??= matchMedia("(prefers-color-scheme: dark)"));

export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

export function setTheme(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage may be switched off: the choice lasts as long as the page.
  }
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  dispatchEvent(new Event(CHANGED));
}

function subscribe(changed: () => void): () => void {
  const watched = system();
  watched.addEventListener("change", changed);
  addEventListener(CHANGED, changed);
  return () => {
    watched.removeEventListener("change", changed);
    removeEventListener(CHANGED, changed);
  };
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, currentTheme);
}

/** Canvas and SVG need to know which ground they draw on. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () => {
    const theme = currentTheme();
    return theme === "dark" || (theme === "system" && system().matches);
  });
}
