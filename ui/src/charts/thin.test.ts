import { expect, test } from "vitest";
import { penLine } from "./thin";

function corners(xs: number[], ys: (number | null | undefined)[]) {
  const path: string[] = [];
  const pen = { moveTo: (x: number, y: number) => path.push(`M${x},${y}`), lineTo: (x: number, y: number) => path.push(`L${x},${y}`) };
  penLine(pen, xs, ys, 0, xs.length - 1, (x) => x, (y) => y);
  return path.join(" ");
}

test("where points lie apart each is a corner; undefined is passed over, null is a gap", () => {
  expect(corners([0, 1, 2, 3, 4], [5, undefined, 6, null, 7])).toBe("M0,5 L2,6 M4,7");
});

test("in one column of pixels a line keeps where it came in, its extremes, and where it goes out", () => {
  expect(corners([0, 1.1, 1.2, 1.3, 1.4, 2], [0, 10, -50, 80, 20, 0])).toBe("M0,0 L1.1,10 L1.4,-50 L1.4,80 L1.4,20 L2,0");
  // What the eye cannot tell apart is one corner.
  expect(corners([0, 1.1, 1.2, 1.3, 2], [0, 10, 10.2, 10.4, 0])).toBe("M0,0 L1.3,10.4 L2,0");
});

test("a million points have as many corners as a chart has pixels, and none outside their extremes", () => {
  const n = 1_000_000;
  const xs = Array.from({ length: n }, (_, i) => (i / n) * 300);
  let lines = 0;
  const pen = { moveTo: () => lines++, lineTo: () => lines++ };
  penLine(pen, xs, xs.map((_, i) => Math.sin(i) * 50), 0, n - 1, (x) => x, (y) => y);
  expect(lines).toBeLessThanOrEqual(300 * 4);
});
