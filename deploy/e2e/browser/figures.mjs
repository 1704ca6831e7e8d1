// What the page takes of a browser's time in a lab that PageBench has filled: one row of a table a figure, with its goal and whether it is met.
// LAB_URL, LAB_TOKEN, CHROMIUM as for the tests; CURVES: ids of runs with a long curve and ten short ones; MANY_KEYS: id of a run with 200
// metrics; THROTTLE: how many times slower than it is the processor is made for the page, 1 where it is left out.
// Arguments: the parts to measure.
import net from 'node:net';
import { chromium } from '@playwright/test';

const url = process.env.LAB_URL;
const throttle = Number(process.env.THROTTLE ?? 1);
const curves = process.env.CURVES.split(',');
const manyKeys = process.env.MANY_KEYS;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
const page = await (await browser.newContext({ viewport: { width: 1600, height: 1000 } })).newPage();
if (throttle !== 1) await (await page.context().newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: throttle });
await page.goto(`${url}/#token=${process.env.LAB_TOKEN}`);
await page.getByRole('heading', { level: 1 }).waitFor();

const row = '[role=grid] [aria-rowindex="2"]';
/** As soon as it is there: a locator looks again after half a second alone. */
const there = (selector, least = 1) => page.waitForFunction(([what, n]) => document.querySelectorAll(what).length >= n, [selector, least]);
const painted = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];

function say(what, value, unit, goal, least = false) {
  const met = least ? value >= goal : value <= goal;
  const words = (number) => `${Math.round(number).toLocaleString('en')} ${unit}`;
  console.log(`| ${what} | ${least ? '≥' : '≤'} ${words(goal)} | ${words(value)} | ${met ? 'hit' : '**miss**'} |`);
}

/** From a deed to the answer of the question that it asks, drawn. */
async function until(path, deed) {
  const begin = performance.now();
  const answered = page.waitForResponse((r) => new URL(r.url()).pathname === path && r.ok());
  await deed();
  await (await answered).finished();
  await painted();
  return performance.now() - begin;
}

async function runs() {
  const first = [];
  for (let i = 0; i < 5; i++) {
    const begin = performance.now();
    await page.goto(`${url}/runs`, { waitUntil: 'commit' });
    await there(row);
    await painted();
    first.push(performance.now() - begin);
  }
  say('runs page, 100,000 runs: first paint', median(first), 'ms', 1200);

  // Each is asked for the first time: an answer that is at hand would cost nothing.
  const sorted = [];
  for (const name of ['State', 'State', 'learningRate', 'learningRate', 'val/top1', 'val/top1']) {
    const head = page.getByRole('columnheader').filter({ hasText: name }).first().getByRole('button').first();
    sorted.push(await until('/api/v1/runs', () => head.click()));
  }
  say('the same: sort', median(sorted), 'ms', 300);

  const box = page.getByRole('combobox', { name: /Filter/ });
  const filtered = [];
  for (const text of ["params.method.kind = 'vp'", 'metrics.val/top1 > 60', 'params.seed in (1, 2)']) {
    await page.goto(`${url}/runs`);
    await page.locator(row).waitFor();
    await box.fill(text);
    filtered.push(await until('/api/v1/runs', () => box.press('Enter')));
  }
  say('the same: filter', median(filtered), 'ms', 300);

  await page.goto(`${url}/runs?group=params.method.kind`);
  await page.locator('[role=treegrid] [aria-rowindex="2"]').waitFor();
  await page.getByRole('button', { name: /^Group/ }).click();
  say('the same: group by two keys', await until('/api/v1/runs/groups', () => page.getByRole('checkbox', { name: 'dataset.id' }).click()), 'ms', 500);
  await page.keyboard.press('Escape');
}

async function scroll() {
  await page.goto(`${url}/runs`);
  await page.locator(row).waitFor();
  const loaded = await page.evaluate(async () => {
    const box = document.querySelector('[data-scroll-restoration-id=runs]');
    const high = document.querySelector('[aria-rowindex="2"]').getBoundingClientRect().height;
    const rows = () => Math.floor(box.scrollHeight / high) - 1;
    for (let still = 0, last = 0; still < 200 && rows() < 10_000; ) {
      box.scrollTop = box.scrollHeight;
      await new Promise((done) => setTimeout(done, 25));
      still = rows() === last ? still + 1 : 0;
      last = rows();
    }
    return rows();
  });
  const rate = await page.evaluate(async () => {
    const box = document.querySelector('[data-scroll-restoration-id=runs]');
    box.scrollTop = 0;
    const begin = performance.now();
    let frames = 0;
    while (performance.now() - begin < 3_000) {
      await new Promise((done) => requestAnimationFrame(done));
      box.scrollTop += 90;
      frames++;
    }
    return frames / ((performance.now() - begin) / 1000);
  });
  say(`scroll through ${loaded.toLocaleString('en')} rows`, rate, 'frames/s', 50, true);
}

async function charts() {
  const compare = `${url}/compare?${curves.map((run) => `run=${run}`).join('&')}`;
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  const series = new Set();
  session.on('Network.responseReceived', (e) => e.response.url.includes('/metrics/series') && series.add(e.requestId));
  session.on('Network.loadingFinished', (e) => series.has(e.requestId) && (bytes += e.encodedDataLength));
  const drawn = [];
  for (let i = 0; i < 3; i++) {
    await page.goto(`${url}/`);
    bytes = 0;
    await page.goto(`${compare}&find=val/top1`, { waitUntil: 'commit' });
    const asked = await page.waitForRequest((r) => r.url().includes('/metrics/series'));
    await there('.u-over');
    await painted();
    drawn.push(await page.evaluate((at) => Date.now() - at, asked.timing().startTime));
  }
  say(`${curves.length} runs × 1,000,000 points in one chart, from the question to drawn`, median(drawn), 'ms', 600);
  say('the same on the wire', bytes / 1000, 'kB', 200);

  await page.setViewportSize({ width: 1600, height: 2400 });
  await page.goto(`${compare}&find=extra&smooth=0.5`);
  await there('.u-over', 10);
  await page.waitForTimeout(1000);
  const steps = await page.evaluate(async () => {
    const slider = document.querySelector('input[type=range]');
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
    const all = [];
    for (let i = 0; i < 12; i++) {
      const begin = performance.now();
      set.call(slider, String(0.5 + i * 0.03));
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      all.push(performance.now() - begin);
      await new Promise((done) => setTimeout(done, 60));
    }
    return all;
  });
  say('smoothing step over 10 charts × 10 runs', median(steps), 'ms', 50);
}

/** A run with two hundred metrics: until the first curve stands there, and what is asked for in all. */
async function keys() {
  const times = [];
  let asked = new Set();
  const count = (request) => new URL(request.url()).pathname.startsWith('/api/') && asked.add(request);
  page.on('request', count);
  await page.setViewportSize({ width: 1600, height: 1000 });
  for (let i = 0; i < 3; i++) {
    await page.goto(`${url}/devices`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    asked = new Set();
    const begin = performance.now();
    await page.goto(`${url}/runs/${manyKeys}?tab=curves`, { waitUntil: 'commit' });
    await there('.u-over');
    await painted();
    times.push(performance.now() - begin);
    await page.waitForTimeout(1500);
  }
  page.off('request', count);
  say('a run with 200 metrics, first curve', median(times), 'ms', 1000);
  say('the same, requests', asked.size, 'requests', 12);
}

/** What a tab asks for while others train. */
async function quiet() {
  await page.goto(`${url}/runs?experiment=page-1`);
  await page.locator(row).waitFor();
  await page.waitForTimeout(3000);
  let asked = 0;
  const count = () => asked++;
  page.on('request', count);
  await page.waitForTimeout(60_000);
  page.off('request', count);
  say('requests of a tab in 60 s with 20 runs training elsewhere', asked, 'requests', 10);
}

/** Nobody answers for three seconds, as when a service is started again; from the first moment that somebody does. */
async function restart() {
  const lab = new URL(url);
  const open = new Set();
  const relay = net.createServer((near) => {
    const far = net.connect(Number(lab.port), lab.hostname);
    for (const [one, other] of [[near, far], [far, near]]) one.on('error', () => other.destroy()).on('close', () => other.destroy()).pipe(other);
    open.add(near);
    near.on('close', () => open.delete(near));
  });
  const listen = (port) => new Promise((listening) => relay.listen(port, '127.0.0.1', listening));
  await listen(0);
  const { port } = relay.address();
  const times = [];
  await page.goto(`http://127.0.0.1:${port}/#token=${process.env.LAB_TOKEN}`);
  const state = (words) => page.locator('header').getByText(words, { exact: true }).waitFor();
  await state('live');
  for (let i = 0; i < 3; i++) {
    await page.waitForTimeout(2000);
    const closed = new Promise((done) => relay.close(done));
    for (const socket of open) socket.destroy();
    await closed;
    await state('reconnecting');
    await page.waitForTimeout(3000);
    await listen(port);
    const begin = performance.now();
    await state('live');
    times.push(performance.now() - begin);
  }
  relay.close();
  for (const socket of open) socket.destroy();
  say('back to "live" after a restart', Math.max(...times), 'ms', 5000);
}

console.log(`\nChromium ${browser.version()}, ${await page.evaluate(() => navigator.hardwareConcurrency)} processors, no graphics card, ${throttle === 1 ? 'not throttled' : `throttled ${throttle} ×`}\n\n| what | goal | value | |\n|---|---|---|---|`);
const parts = { runs, scroll, charts, keys, quiet, restart };
for (const name of process.argv.slice(2)) {
  try {
    await parts[name]();
  } catch (fault) {
    console.log(`| ${name} | | not measured: ${String(fault).split('\n')[0]} | **miss** |`);
    process.exitCode = 1;
  }
}
await browser.close();
