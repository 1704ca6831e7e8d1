// The five main jobs by keyboard alone: no pointer is touched, and what has the focus is what a person sees as focused.
import { expect, test } from '@playwright/test';
import { serve } from './serve.js';
import { answerAs, RUN } from './states.js';

let site;
test.beforeAll(async () => {
  site = await serve();
});
test.afterAll(() => site.close());

/** Requests that change something. */
async function open(page, address) {
  const sent = [];
  await answerAs(page, 'many');
  page.on('request', (request) => request.method() !== 'GET' && sent.push({ what: `${request.method()} ${new URL(request.url()).pathname.replace('/api/v1', '')}`, body: request.postData() }));
  await page.goto(site.base + address);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  return sent;
}

/** Goes on until something has the focus; fails where Tab does not lead to it in `most` steps. */
async function tabTo(page, wanted, most = 60) {
  for (let i = 0; i < most; i++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return i;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${most} steps of Tab do not lead to it`);
}

test('submit', async ({ page }) => {
  const sent = await open(page, '/');
  await page.keyboard.press('n');
  await expect(page.getByRole('heading', { name: 'New sweep' })).toBeVisible();
  await tabTo(page, page.getByLabel('experiment', { exact: true }));
  await page.keyboard.type('by-keyboard');
  await tabTo(page, page.getByLabel('seeds', { exact: true }));
  await page.keyboard.press('Control+a');
  await page.keyboard.type('0, 1, 2');
  await expect(page.getByRole('button', { name: 'Queue the sweep' })).toBeEnabled();
  await page.waitForTimeout(500);
  await page.keyboard.press('Control+Enter');
  await expect(page).toHaveURL(/\/sweeps\/b0000000/);
  const { body } = sent.find(({ what }) => what === 'POST /sweeps');
  expect(JSON.parse(body)).toMatchObject({ experiment: 'by-keyboard', seeds: [0, 1, 2] });
});

test('watch', async ({ page }) => {
  await open(page, '/');
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  const row = page.getByRole('row', { name: /shapes-prompts-001/ });
  await expect(row).toBeVisible();
  for (let i = 0; i < 4 && !(await row.evaluate((element) => element.contains(document.activeElement))); i++) await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'shapes-prompts-001' })).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'Tell me when it ends' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Do not tell me when it ends' })).toBeFocused();
  await tabTo(page, page.getByRole('tab', { name: 'Overview' }));
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Curves' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: 'Curves' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('canvas').first()).toBeVisible();
});

test('compare', async ({ page }) => {
  await open(page, '/runs');
  await expect(page.getByRole('row', { name: /shapes-prompts-001/ })).toBeVisible();
  // The page listens a moment after it is seen, on a machine that has much else to do.
  await expect(async () => {
    await page.keyboard.press('j');
    expect(await page.evaluate(() => document.activeElement?.closest('tr, [role="row"]') !== null)).toBe(true);
  }).toPass();
  for (const key of ['x', 'j', 'x', 'c']) await page.keyboard.press(key);
  await expect(page).toHaveURL(/\/compare\?.*run=.*run=/);
  await expect(page.getByRole('heading', { level: 1, name: 'Compare 2 runs' })).toBeVisible();
});

test('resume', async ({ page }) => {
  const paused = RUN.replace(/0$/, '4');
  const sent = await open(page, `/runs/${paused}`);
  await tabTo(page, page.getByRole('button', { name: 'Resume' }));
  await page.keyboard.press('Enter');
  await expect.poll(() => sent.map(({ what }) => what)).toContain(`POST /runs/${paused}/resume`);
});

test('export', async ({ page }) => {
  await open(page, '/runs');
  await expect(page.getByRole('row', { name: /shapes-prompts-001/ })).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'More', exact: true }));
  const file = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  const csv = page.getByRole('menuitem', { name: /CSV/ });
  for (let i = 0; i < 8 && !(await csv.evaluate((element) => element === document.activeElement)); i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect((await file).url()).toContain('/api/v1/runs.csv?');
});
