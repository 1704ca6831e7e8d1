import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ChartView } from "./view";

/** How long a slider rests before its place stands in the address. */
const REST_MS = 250;

const onlyWeight = (a: ChartView, b: ChartView) => (Object.keys(a) as (keyof ChartView)[]).every((part) => part === "weight" || a[part] === b[part]);

/** A slider's steps are drawn at once, and reach the address, and with it the rest of the page, when it rests. Everything else goes there directly. */
export function useLively(view: ChartView, onView: (view: ChartView) => void): [ChartView, (view: ChartView) => void] {
  const [weight, setWeight] = useState<number | null>(null);
  if (weight !== null && view.weight === weight) setWeight(null);
  const wanted = useMemo(() => (weight === null ? view : { ...view, weight }), [view, weight]);
  // What the address says when it has caught up is what is drawn already: the same object, so that no chart is drawn again.
  const [shown, setShown] = useState(wanted);
  if (shown !== wanted && JSON.stringify(shown) !== JSON.stringify(wanted)) setShown(wanted);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const newest = useRef({ view, shown, onView });
  useEffect(() => {
    newest.current = { view, shown, onView };
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const set = useCallback((next: ChartView) => {
    clearTimeout(timer.current);
    if (!onlyWeight(newest.current.shown, next)) {
      setWeight(null);
      newest.current.onView(next);
      return;
    }
    setWeight(next.weight);
    timer.current = setTimeout(() => newest.current.onView({ ...newest.current.view, weight: next.weight }), REST_MS);
  }, []);
  return [shown, set];
}
