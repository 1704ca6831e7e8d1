import { memo, type PointerEvent, useMemo, useState } from "react";
import type { RunView } from "../../api/types";
import { useGo } from "../../components/navigation";
import css from "./sweeps.module.css";
import { pageOf } from "./view";

export interface Mark {
  run: RunView;
  x: number;
  y: number;
  on: boolean;
}

interface Props {
  marks: readonly Mark[];
  colour: string;
  width: number;
  height: number;
  /** What is said of the mark that is pointed at. */
  say: (run: RunView) => string;
  onSay: (text: string) => void;
}

const REACH = 14;
/** More circles than this are drawn as dots of a few paths: each circle is an element that a browser keeps. */
const MANY = 2_000;
/** Dots of one path: what lies beside each other is drawn again together. */
const TOGETHER = 100;

/** Marks of runs: drawn once, with one circle over the one that is pointed at. The same runs stand in the table below, where the keyboard opens them. */
export function Marks({ marks, colour, width, height, say, onSay }: Props) {
  const go = useGo();
  const [over, setOver] = useState<Mark | null>(null);
  const all = useMemo(() => marks, [marks]);
  const point = (event: PointerEvent<SVGRectElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let found: Mark | null = null;
    let least = REACH;
    for (const mark of all) {
      const away = Math.hypot(mark.x - x, mark.y - y);
      if (mark.on && away < least) [least, found] = [away, mark];
    }
    if (found?.run.id === over?.run.id) return;
    setOver(found);
    onSay(found ? say(found.run) : "");
  };
  return (
    <>
      <Circles marks={all} colour={colour} />
      {over ? <circle cx={over.x} cy={over.y} r={7} fill={colour} stroke="var(--paper)" strokeWidth={2} /> : null}
      <rect
        width={width}
        height={height}
        className={css.zone}
        style={{ cursor: over ? "pointer" : "default" }}
        onPointerMove={point}
        onPointerLeave={() => {
          setOver(null);
          onSay("");
        }}
        onClick={() => over && go(pageOf(over.run.id))}
      />
    </>
  );
}

/** Dots from left to right, some to a path; those that are out first. */
export function dotsOf(marks: readonly Mark[]): { on: boolean; d: string }[] {
  return [false, true].flatMap((on) => {
    const some = marks.filter((mark) => mark.on === on).sort((a, b) => a.x - b.x);
    return Array.from({ length: Math.ceil(some.length / TOGETHER) }, (_, i) => ({
      on,
      d: some
        .slice(i * TOGETHER, (i + 1) * TOGETHER)
        .map(({ x, y }) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`)
        .join(""),
    }));
  });
}

const Circles = memo(function Circles({ marks, colour }: { marks: readonly Mark[]; colour: string }) {
  if (marks.length > MANY) {
    return (
      <g fill="none" strokeWidth={5} strokeLinecap="round">
        {dotsOf(marks).map(({ on, d }, i) => (
          <path key={i} d={d} stroke={on ? colour : "var(--line)"} strokeOpacity={on ? 0.75 : 0.6} />
        ))}
      </g>
    );
  }
  return (
    <g>
      {marks.map((mark) => (
        <circle key={mark.run.id} cx={mark.x} cy={mark.y} r={4} fill={mark.on ? colour : "var(--line)"} fillOpacity={mark.on ? 0.75 : 0.6} />
      ))}
    </g>
  );
});
