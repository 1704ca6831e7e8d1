import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("tokens.css", import.meta.url), "utf8");
const pairs = new Map([...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [name!, [light!, dark!] as const]));

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].sort((m, n) => n - m);
  return (x! + 0.05) / (y! + 0.05);
}

const GROUNDS = ["ground", "side", "paper", "raised", "hover", "chosen"];
const STATES = ["good", "bad", "warn", "live", "still"];
const TEXT: [string, string][] = [
  ...["ink", "soft", "faint", "accent", "bad"].flatMap((text) => GROUNDS.map((ground): [string, string] => [text, ground])),
  ...STATES.flatMap((state): [string, string][] => [
    [state, `${state}-ground`],
    ["ink", `${state}-ground`],
    ["soft", `${state}-ground`],
  ]),
  ["accent-ink", "accent"],
  ["paper", "ink"],
];

describe.each(["light", "dark"])("colours, %s", (theme) => {
  const at = theme === "light" ? 0 : 1;
  test.each(TEXT)("%s on %s can be read", (text, ground) => {
    expect(contrast(pairs.get(text)![at], pairs.get(ground)![at])).toBeGreaterThanOrEqual(4.5);
  });

  test("borders of what is operated can be seen", () => {
    for (const ground of ["ground", "paper", "raised"]) expect(contrast(pairs.get("edge")![at], pairs.get(ground)![at])).toBeGreaterThanOrEqual(3);
  });
});
