import uPlot from "uplot";
import { faded, type Look } from "./look";
import { thinned } from "./thin";
import type { Value, Values } from "./series";
import type { Drawn } from "./trace";

/** What a column is drawn as. */
export interface Column {
  role: "line" | "ghost";
  /** Index of its trace. */
  trace: number;
  look: Look;
}

/**
 * The traces as uPlot takes them: one x column that holds every trace's x, and beside it columns whose cells are undefined where a trace has no
 * point (lines go on there) and null where it has a gap. Bands and faint raw values are no columns: see `Underlay`.
 */
export function columnsOf(drawn: readonly Drawn[], looks: ReadonlyMap<string, Look>): { data: uPlot.AlignedData; columns: Column[] } {
  const columns: Column[] = [];
  const tables: { x: readonly number[]; y: Values }[] = [];
  const put = (role: Column["role"], trace: number, x: readonly number[], y: Values) => {
    columns.push({ role, trace, look: looks.get(drawn[trace]!.id) ?? { colour: "#808080", dash: [] } });
    tables.push({ x, y });
  };
  for (const [i, d] of drawn.entries()) for (const ghost of d.ghosts) put("ghost", i, ghost.x, ghost.y);
  for (const [i, d] of drawn.entries()) put("line", i, d.x, d.line);
  return { data: joined(tables), columns };
}

/** Joins columns over one x; those that share theirs (runs of one sweep do) cost nothing. */
function joined(tables: readonly { x: readonly number[]; y: Values }[]): uPlot.AlignedData {
  const first = tables[0];
  if (!first) return [[]];
  if (tables.every(({ x }) => same(x, first.x))) return [first.x as number[], ...tables.map(({ y }) => y as Value[])];
  // Columns of one trace share their x: they are one table to the join.
  const grouped: { x: readonly number[]; columns: Values[]; at: number[] }[] = [];
  for (const [i, { x, y }] of tables.entries()) {
    const known = grouped.find((group) => same(group.x, x));
    if (known) {
      known.columns.push(y);
      known.at.push(i);
    } else grouped.push({ x, columns: [y], at: [i] });
  }
  const mixed = uPlot.join(grouped.map((group): uPlot.AlignedData => [group.x as number[], ...(group.columns as Value[][])]));
  const data: uPlot.AlignedData = [mixed[0]];
  let column = 1;
  for (const group of grouped) for (const at of group.at) data[at + 1] = mixed[column++]!;
  return data;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length || a[0] !== b[0] || a.at(-1) !== b.at(-1)) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function seriesOf({ role, look }: Column, emphasis: "none" | "up" | "down"): uPlot.Series {
  const quiet = emphasis === "down";
  switch (role) {
    case "ghost":
      return { stroke: faded(look.colour, 0x99), width: 1, dash: [3, 3], points: { show: false }, paths: thinned, auto: false };
    case "line":
      return {
        stroke: quiet ? faded(look.colour, 0x44) : look.colour,
        width: emphasis === "up" ? 2.75 : 1.75,
        dash: [...look.dash],
        paths: thinned,
        // The y range is the page's own: nothing is looked through for it.
        auto: false,
        points: { size: 5, fill: look.colour, show: (plot, index, from, to) => to - from < 40 && sparse(plot.data[index]!, from, to) },
      };
  }
}

/** Whether so few values are in sight that each deserves a dot. */
function sparse(column: ArrayLike<number | null | undefined>, from: number, to: number): boolean {
  let n = 0;
  for (let i = from; i <= to; i++) if (column[i] !== null && column[i] !== undefined) n++;
  return n <= 12;
}
