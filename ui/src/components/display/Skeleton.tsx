import css from "./display.module.css";

/** Holds the place of what is being read, about as large as it will be. */
export function Skeleton({ what, lines = 3, height }: { what: string; lines?: number; height?: number }) {
  return (
    <div className={css.bones} role="status">
      <span className="sr">Loading {what}…</span>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} aria-hidden="true" className={css.bone} style={{ height, width: height || i % 3 !== 2 ? "100%" : "62%" }} />
      ))}
    </div>
  );
}
