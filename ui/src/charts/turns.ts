/** Milliseconds of a frame that may be worked in; the rest is the browser's, to show what was made. */
const BUDGET = 10;

const waiting = new Set<() => void>();
let asked = false;

function turn(): void {
  const end = performance.now() + BUDGET;
  for (const work of waiting) {
    waiting.delete(work);
    work();
    if (performance.now() >= end) break;
  }
  asked = waiting.size > 0;
  if (asked) requestAnimationFrame(turn);
}

/**
 * Does work in a frame to come, some of it in each: the first of twenty charts is seen before the last one is made.
 *
 * @returns takes it back, where it was not done yet
 */
export function inTurn(work: () => void): () => void {
  waiting.add(work);
  if (!asked) {
    asked = true;
    requestAnimationFrame(turn);
  }
  return () => void waiting.delete(work);
}
