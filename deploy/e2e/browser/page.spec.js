import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';

const sweep = process.env.LAB_SWEEP;

/** Anything that the browser complains about, content-security violations included. */
function complaints(page) {
  const heard = [];
  page.on('console', (m) => m.type() === 'error' && heard.push(m.text()));
  page.on('pageerror', (e) => heard.push(String(e)));
  return heard;
}

async function accessible(page) {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
  const grave = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
  expect(grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' | ')}`)).toEqual([]);
}

async function firstRun(request) {
  const page = await (await request.get(`/api/v1/runs?sweep=${sweep}`)).json();
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
  const table = await (await request.get(`/api/v1/sweeps/${sweep}/table?metric=val/top1`)).json();
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
  await expect(page.getByText('train/loss').first()).toBeVisible();
  await expect(page.locator('canvas').first()).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: '../target/browser-run.png', fullPage: true });
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
  const { items } = await (await request.get('/api/v1/sweeps')).json();
  expect(items.map((s) => s.experiment)).toContain('from-the-page');
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
