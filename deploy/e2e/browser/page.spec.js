import http from 'node:http';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';

const sweep = process.env.LAB_SWEEP;
const token = process.env.LAB_TOKEN;
const asPerson = { headers: { Authorization: `Bearer ${token}` } };

test.beforeEach(async ({ page }) => {
  await page.goto(`/#token=${token}`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page).toHaveURL(/\/$/);
});

/** Anything that the browser complains about, content-security violations included. */
function complaints(page) {
  const heard = [];
  page.on('console', (m) => m.type() === 'error' && heard.push(m.text()));
  page.on('pageerror', (e) => heard.push(String(e)));
  return heard;
}

async function accessible(page) {
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode(true).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
  const grave = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
  expect(grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' | ')}`)).toEqual([]);
}

async function firstRun(request) {
  const page = await (await request.get(`/api/v1/runs?sweep=${sweep}`, asPerson)).json();
  return page.items[0];
}

test('the runs table lists the runs that the service knows', async ({ page, request }) => {
  const heard = complaints(page);
  const run = await firstRun(request);
  await page.goto('/runs');
  await expect(page.getByText(run.name).first()).toBeVisible();
  await expect(page.getByText(/finished/i).first()).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: '../target/browser-runs.png' });
  expect(heard).toEqual([]);
});

test('the sweep page shows mean and deviation over seeds', async ({ page, request }) => {
  const heard = complaints(page);
  const table = await (await request.get(`/api/v1/sweeps/${sweep}/table?metric=val/top1`, asPerson)).json();
  await page.goto(`/sweeps/${sweep}`);
  await expect(page.getByText(/±/).first()).toBeVisible();
  expect(table.rows[0].n).toBe(2);
  await accessible(page);
  await page.screenshot({ path: '../target/browser-sweep.png', fullPage: true });
  expect(heard).toEqual([]);
});

test('the run page draws curves and shows attempts, checkpoints and logs', async ({ page, request }) => {
  const heard = complaints(page);
  const run = await firstRun(request);
  await page.goto(`/runs/${run.id}`);
  await expect(page.getByText('train/loss').first()).toBeVisible({ timeout: 30_000 });
  await expect(page.locator('canvas').first()).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: '../target/browser-run.png', fullPage: true });
  await page.getByRole('tab', { name: 'Curves' }).click();
  await expect(page.getByRole('article', { name: 'train/loss' })).toBeVisible({ timeout: 30_000 });
  await expect(page.locator('canvas').first()).toBeVisible();
  expect(heard).toEqual([]);
});

test('a sweep can be queued from the page', async ({ page, request }) => {
  await page.goto('/new');
  await page.getByRole('tab', { name: /yaml/i }).click();
  const yaml = [
    'experiment: from-the-page',
    'base:',
    '  dataset: {id: shapes, train: 64, test: 32}',
    '  method: {kind: iip, prompts: 1}',
    '  schedule: {epochs: 1, warmupEpochs: 0}',
    '  batchSize: 32',
    'seeds: [0]',
  ].join('\n');
  await page.getByRole('textbox', { name: /yaml/i }).fill(yaml);
  await page.getByRole('button', { name: /queue/i }).click();
  await expect(page).toHaveURL(/\/(sweeps|runs)\/[0-9a-f-]{36}/);
  const { items } = await (await request.get('/api/v1/sweeps', asPerson)).json();
  expect(items.map((s) => s.experiment)).toContain('from-the-page');
});

test('a search is made longer, stopped, and gone on from', async ({ page, request }) => {
  const spec = {
    experiment: 'page-search',
    base: { dataset: { id: 'shapes', train: 64, test: 32 }, method: { kind: 'iip', prompts: 1 }, schedule: { epochs: 1, warmupEpochs: 0 }, batchSize: 32 },
    axes: { 'optimizer.learningRate': { logUniform: [0.001, 1] } },
    metric: 'val/loss',
    sampler: { kind: 'random', runs: 2 },
  };
  const { id } = await (await request.post('/api/v1/sweeps', { ...asPerson, data: spec })).json();
  const now = async () => (await request.get(`/api/v1/sweeps/${id}`, asPerson)).json();
  const search = async (name) => {
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  await expect.poll(async () => (await now()).state, { timeout: 60_000 }).toBe('FINISHED');
  await page.goto(`/sweeps/${id}`);
  await expect(page.getByRole('link', { name: 'new run from it' })).toBeVisible();
  await search(/10 points more/);
  await expect.poll(async () => (await now()).total).toBe(12);
  await search(/No more points/);
  await expect.poll(async () => (await now()).total).toBeLessThan(12);
  await search(/Go on from what it found/);
  await expect(page).toHaveURL(/\/new\?/);
  await page.getByRole('button', { name: 'Queue the sweep' }).click();
  await expect(page).toHaveURL(/\/sweeps\/[0-9a-f-]{36}/);
  const next = (await (await request.get('/api/v1/sweeps?experiment=page-search', asPerson)).json()).items[0];
  expect(next.spec).toMatchObject({ from: id, sampler: { kind: 'tpe' } });
  await request.post(`/api/v1/sweeps/${next.id}/cancel`, asPerson);
  await page.goto(`/sweeps/${id}`);
  await search(/Sweep around the best/);
  await expect(page).toHaveURL(/from=around/);
  await page.getByRole('button', { name: 'Queue the sweep' }).click();
  await expect(page).toHaveURL(/\/sweeps\/[0-9a-f-]{36}/);
  const around = (await (await request.get('/api/v1/sweeps?experiment=page-search', asPerson)).json()).items[0];
  const [low, high] = around.spec.axes['optimizer.learningRate'].logUniform;
  expect(Math.log(high / low)).toBeCloseTo(Math.log(1000) / 4, 6);
  await request.post(`/api/v1/sweeps/${around.id}/cancel`, asPerson);
});

test('devices are shown, and a phone can read it', async ({ page }) => {
  const heard = complaints(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/devices');
  await expect(page.getByText(/cpu/i).first()).toBeVisible();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wide).toBeLessThanOrEqual(0);
  await page.screenshot({ path: '../target/browser-devices-phone.png' });
  expect(heard).toEqual([]);
});

test('the token becomes a cookie that no script reads, and leaves the address', async ({ page, context }) => {
  const cookies = await context.cookies();
  expect(cookies).toHaveLength(1);
  expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
  expect(cookies[0].value).not.toContain(token);
  expect(await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href)).not.toMatch(
    new RegExp(`${token}|${cookies[0].name}`),
  );
  await page.goBack().catch(() => null);
  expect(page.url()).not.toContain(token);
});

test('a browser that is not signed in is told how', async ({ browser }) => {
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto('/runs');
  await expect(stranger.getByText('runyard token --url')).toBeVisible();
  await accessible(stranger);
  await stranger.getByLabel('Token').fill('runyard_wrong');
  await stranger.getByRole('button', { name: 'Sign in' }).click();
  await expect(stranger.getByRole('alert').first()).toContainText('does not know that token');
  await stranger.getByLabel('Token').fill(token);
  await stranger.getByRole('button', { name: 'Sign in' }).click();
  await expect(stranger.getByText(/finished/i).first()).toBeVisible();
});

test('a page on another port of this machine sees nothing and changes nothing', async ({ page }) => {
  const server = http.createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<p>other</p>'));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const before = (await (await page.request.get('/api/v1/sweeps', asPerson)).json()).total;
    const lab = new URL(page.url()).origin;
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const seen = await page.evaluate(async (origin) => {
      const ask = (path, how) => fetch(origin + path, { credentials: 'include', ...how }).then((a) => a.type + a.status, () => 'refused');
      return Promise.all([
        ask('/api/v1/runs', {}),
        ask('/api/v1/runs', { mode: 'no-cors' }),
        ask('/api/v1/session', { method: 'POST', mode: 'no-cors' }),
        ask('/api/v1/sweeps', { method: 'POST', mode: 'no-cors', body: '{"base":{"dataset":{"id":"shapes"}}}' }),
      ]);
    }, lab);
    for (const answer of seen) expect(['refused', 'opaque0']).toContain(answer);
    await page.goto(`${lab}/runs`);
    expect((await (await page.request.get('/api/v1/sweeps', asPerson)).json()).total).toBe(before);
  } finally {
    server.close();
  }
});
