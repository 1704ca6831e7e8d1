/** Okabe and Ito's colours, told apart by every kind of sight; each has a shade for light and for dark ground. */
const LIGHT = ["#0072b2", "#c05200", "#007d5a", "#a8407c", "#2f7fb5", "#8a6d00", "#5b4bb5", "#5c5c5c"];
const DARK = ["#56b4e9", "#f28e4b", "#2fc79b", "#e08fbf", "#8fc9ef", "#e3c545", "#a99bf0", "#b5b5b5"];
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

/** A run looks the same on every page and after every reload: its stroke is a function of its id alone. */
export function strokeOf(id: string, dark: boolean): Stroke {
  const h = hash(id);
  const palette = dark ? DARK : LIGHT;
  return { colour: palette[h % palette.length]!, dash: DASHES[Math.floor(h / palette.length) % DASHES.length]! };
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
