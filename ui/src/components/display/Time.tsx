import { ago, date } from "../format";
import { useNow } from "../now";

/** A moment: how long ago, and on hover when, with its zone; or the other way round. */
export function Time({ at, show = "relative" }: { at: string | null | undefined; show?: "relative" | "absolute" }) {
  const now = useNow();
  if (!at) return <span className="faint">–</span>;
  const [relative, absolute] = [ago(at, now), date(at)];
  return (
    <time dateTime={at} title={show === "relative" ? absolute : relative}>
      {show === "relative" ? relative : absolute}
    </time>
  );
}
