/** After Okabe and Ito, told apart by every kind of sight; each has a shade for light and for dark ground. */
const LIGHT = ["#0072b2", "#c05200", "#007d5a", "#a8407c", "#5b4bb5", "#8a6d00", "#1d8a99", "#c2334d", "#4f7a1f", "#5c5c5c"];
const DARK = ["#56b4e9", "#f28e4b", "#2fc79b", "#e08fbf", "#a99bf0", "#e3c545", "#5fd0dd", "#ff8b9c", "#a5d06a", "#b5b5b5"];
const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

export interface Stroke {
  colour: string;
  /** Lengths of line and gap in px; empty is solid. */
  dash: readonly number[];
}

/** FNV-1a, 32 bit. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = Math.imul(h, 0x01000193);
  }
  return h >>> 0;
}

/** A run alone looks the same on every page and after every reload: its colour is a function of its id. */
export function strokeOf(id: string, dark: boolean): Stroke {
  return stroke(hash(id) % LIGHT.length, 0, dark);
}

function stroke(colour: number, dash: number, dark: boolean): Stroke {
  return { colour: (dark ? DARK : LIGHT)[colour]!, dash: DASHES[dash % DASHES.length]! };
}

/**
 * Strokes for what is shown together. Each keeps its own colour where no earlier one has it, else takes the next that is free;
 * once all colours are taken they come again dashed. Independent of the order, so that sorting changes no colour.
 */
export function strokesOf(ids: Iterable<string>, dark: boolean): Map<string, Stroke> {
  const all = [...new Set(ids)].sort((a, b) => hash(a) - hash(b) || (a < b ? -1 : 1));
  const strokes = new Map<string, Stroke>();
  const taken = new Set<number>();
  let round = 0;
  for (const id of all) {
    if (taken.size === LIGHT.length) {
      taken.clear();
      round++;
    }
    let at = hash(id) % LIGHT.length;
    while (taken.has(at)) at = (at + 1) % LIGHT.length;
    taken.add(at);
    strokes.set(id, stroke(at, round, dark));
  }
  return strokes;
}

const RAMP: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];

/** Low to high as dark to bright (viridis). @param t 0 to 1 */
export function ramp(t: number): string {
  const at = Math.min(1, Math.max(0, t)) * (RAMP.length - 1);
  const i = Math.min(RAMP.length - 2, Math.floor(at));
  const a = RAMP[i]!;
  const b = RAMP[i + 1]!;
  const mix = (k: 0 | 1 | 2) => Math.round(a[k] + (b[k] - a[k]) * (at - i));
  return `rgb(${mix(0)}, ${mix(1)}, ${mix(2)})`;
}
