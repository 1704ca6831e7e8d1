// What the page of a sweep of many runs takes of a browser's time: prints one line a figure, with its goal and whether it is met.
// LAB_URL, LAB_TOKEN, CHROMIUM as for figures.mjs; SWEEP: its id.
import { chromium } from '@playwright/test';

const url = process.env.LAB_URL;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
const page = await (await browser.newContext({ viewport: { width: 1600, height: 1000 } })).newPage();
await page.goto(`${url}/#token=${process.env.LAB_TOKEN}`);
await page.getByRole('heading', { level: 1 }).waitFor();

/** As soon as it is there: a locator looks again after half a second alone. */
const there = (selector, text = '') => page.waitForFunction(([what, words]) => document.querySelector(what)?.textContent?.includes(words), [selector, text]);
const painted = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
const at = (all, p) => [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * p))];
const say = (what, value, goal) => console.log(`${what}: ${Math.round(value)} ms (goal ≤ ${goal} ms) ${value <= goal ? 'met' : 'MISSED'}`);

const head = [];
const first = [];
for (let i = 0; i < 5; i++) {
  const begin = performance.now();
  await page.goto(`${url}/sweeps/${process.env.SWEEP}`, { waitUntil: 'commit' });
  await there('h1', 'ten thousand');
  await painted();
  head.push(performance.now() - begin);
  await there('[aria-label^="Parallel coordinates"] canvas');
  await painted();
  first.push(performance.now() - begin);
}
say('sweep of 10,000 runs, first paint', at(head, 0.5), 1500);
say('sweep of 10,000 runs, parallel coordinates drawn', at(first, 0.5), 1500);

// A pointer moves in what is seen: the plot lies below the table of means. The second axis is one of numbers.
const brushed = page.locator('rect[data-brush]:not([role])').nth(1);
await brushed.scrollIntoViewIfNeeded();
const zone = await brushed.boundingBox();
const moves = [];
await page.mouse.move(zone.x + zone.width / 2, zone.y + 10);
await page.mouse.down();
for (let i = 1; i <= 40; i++) {
  const begin = performance.now();
  await page.mouse.move(zone.x + zone.width / 2, zone.y + 10 + (i * (zone.height - 20)) / 80);
  await painted();
  moves.push(performance.now() - begin);
}
const settled = async (deed) => {
  const begin = performance.now();
  const answered = page.waitForResponse((r) => new URL(r.url()).pathname === '/api/v1/runs' && r.ok());
  await deed();
  await (await answered).finished();
  await painted();
  return performance.now() - begin;
};
say('a brush let go, until the table of runs has what lies inside', await settled(() => page.mouse.up()), 500);
say('a move of the brush, median', at(moves, 0.5), 50);
say('a move of the brush, p95', at(moves, 0.95), 50);
const over = [];
for (let i = 0; i < 40; i++) {
  const begin = performance.now();
  await page.mouse.move(zone.x + 150 + 5 * i, zone.y + 40 + 3 * i);
  await painted();
  over.push(performance.now() - begin);
}
say('a move of the pointer over the lines, median', at(over, 0.5), 50);
await browser.close();
