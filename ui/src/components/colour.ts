/**
 * Ten hues that people who see colours in every way tell apart, each in a shade for light and for dark ground
 * (after Okabe and Ito 2008 and Tol 2021; contrast to the ground at least 3:1).
 */
const LIGHT = ["#0072b2", "#c05200", "#007d5a", "#a8407c", "#8a6d00", "#5b4bb5", "#b3261e", "#00798c", "#5c5c5c", "#6b4226"];
const DARK = ["#56b4e9", "#f28e4b", "#2fc79b", "#e08fbf", "#e3c545", "#a99bf0", "#ff8a80", "#4dd0e1", "#b5b5b5", "#c49a6c"];
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

/** FNV-1a, 32 bit. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = Math.imul(h, 0x01000193);
  }
  return h >>> 0;
}

/** @param dash lengths of line and gap in px; empty is solid */
export interface Look {
  colour: string;
  dash: readonly number[];
}

/**
 * Colours of what is shown together. Each id asks for the colour that its hash names, so it looks the same on every page; where two ask for one, the
 * later takes the next free one; with more ids than colours they come again with dashes. So lines are solid until colours run out.
 *
 * @param ids in the order of the page; what comes earlier keeps its own colour
 */
export function looks(ids: readonly string[], dark: boolean): Map<string, Look> {
  const palette = dark ? DARK : LIGHT;
  const taken: Set<number>[] = [];
  const found = new Map<string, Look>();
  for (const id of ids) {
    if (found.has(id)) continue;
    let round = 0;
    while ((taken[round] ??= new Set()).size === palette.length) round++;
    let slot = hash(id) % palette.length;
    while (taken[round]!.has(slot)) slot = (slot + 1) % palette.length;
    taken[round]!.add(slot);
    found.set(id, { colour: palette[slot]!, dash: DASHES[round % DASHES.length]! });
  }
  return found;
}

/** One thing alone, which no other stands beside. */
export function lookOf(id: string, dark: boolean): Look {
  return looks([id], dark).get(id)!;
}

const RAMP: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];

/** Low to high as dark to bright (viridis), `#rrggbb`. @param t 0 to 1 */
export function ramp(t: number): string {
  const at = Math.min(1, Math.max(0, t)) * (RAMP.length - 1);
  const i = Math.min(RAMP.length - 2, Math.floor(at));
  const a = RAMP[i]!;
  const b = RAMP[i + 1]!;
  const mix = (k: 0 | 1 | 2) => Math.round(a[k] + (b[k] - a[k]) * (at - i)).toString(16).padStart(2, "0");
  return `#${mix(0)}${mix(1)}${mix(2)}`;
}
