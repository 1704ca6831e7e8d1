import { type RefObject, useEffect, useState } from "react";

/** Whether an element is in sight or nearly so. Without an observer (old browsers, tests) everything is. */
export function useVisible(element: RefObject<Element | null>, margin = 300): boolean {
  const [visible, setVisible] = useState(() => typeof IntersectionObserver === "undefined");
  useEffect(() => {
    if (!element.current || typeof IntersectionObserver === "undefined") return undefined;
    const observer = new IntersectionObserver(([entry]) => setVisible(entry?.isIntersecting ?? false), { rootMargin: `${margin}px 0px` });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, margin]);
  return visible;
}
