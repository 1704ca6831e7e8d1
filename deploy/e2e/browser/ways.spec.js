// What only a browser can tell of the pages: what is cut, what stays in sight, where one comes back to, and that a page is live again after a restart.
import http from 'node:http';
import { extname } from 'node:path';
import { expect, test } from '@playwright/test';
import { serve } from './serve.js';
import { answerAs, answers, RUN, SWEEP } from './states.js';

test.describe.configure({ mode: 'parallel' });

let site;
test.beforeAll(async () => {
  site = await serve();
});
test.afterAll(() => site.close());

async function open(page, address) {
  await answerAs(page, 'many');
  await page.goto(site.base + address);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

test('in the table of means nothing that is said is cut (U-17)', async ({ page }) => {
  await open(page, `/sweeps/${SWEEP}`);
  const box = page.getByRole('region', { name: 'Means over seeds' });
  await expect(box.getByRole('row').nth(2)).toBeVisible();
  const cut = await box.evaluate((element) => [...element.querySelectorAll('td')].filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.textContent));
  expect(cut).toEqual([]);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
});

test('the box that selects a row and the name stay in sight while the table is moved aside (U-17)', async ({ page }) => {
  await open(page, '/runs?charts=off');
  const row = page.getByRole('row', { name: 'shapes-prompts-001' });
  await expect(row).toBeVisible();
  await page.setViewportSize({ width: 900, height: 800 });
  const box = page.locator('[data-scroll-restoration-id=runs]');
  const moved = await box.evaluate((element) => ((element.scrollLeft = 400), element.scrollLeft));
  expect(moved).toBeGreaterThan(100);
  await expect(row.getByRole('checkbox')).toBeInViewport({ ratio: 1 });
  await expect(row.getByRole('link')).toBeInViewport({ ratio: 0.5 });
  await page.mouse.move(5, 5);
  // What stands there covers what moves below it.
  const top = await row.getByRole('checkbox').evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  });
  expect(top).toBe(true);
});

test('however many values an axis has, the button that queues stays in sight (U-14)', async ({ page }) => {
  await open(page, '/new');
  await page.getByRole('button', { name: 'Add an axis' }).click();
  await page.getByLabel('Path of axis 1').fill('optimizer.learningRate');
  await page.getByLabel('Values of axis 1').fill(Array.from({ length: 400 }, (_, i) => (i / 1000).toFixed(3)).join(', '));
  // As YAML the same values are hundreds of lines.
  await expect(page.getByRole('region', { name: 'The document' })).toContainText('0.399');
  const queue = page.getByRole('button', { name: /^Queue the/ });
  for (const [width, height] of [[1280, 720], [390, 844]]) {
    await page.setViewportSize({ width, height });
    for (const top of [0, 1e6]) {
      await page.evaluate((y) => scrollTo(0, y), top);
      await expect(queue).toBeInViewport({ ratio: 1 });
      // Nothing lies over it either.
      const bare = () => queue.evaluate((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
      });
      await expect.poll(bare).toBe(true);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
});

test('the menu of metrics has what these runs measured, by whatever name, and what is chosen stands in the address (U-22)', async ({ page }) => {
  await answerAs(page, 'many');
  await page.route('**/columns?*', async (route) => {
    const { pathname, searchParams } = new URL(route.request().url());
    const some = answers(40).find(({ method, pattern }) => method === 'GET' && pattern.test(pathname)).answer(searchParams);
    await route.fulfill({ json: { ...some, names: [...some.names, 'own/score of mine'] } });
  });
  await page.goto(`${site.base}/sweeps/${SWEEP}`);
  const menu = page.getByRole('combobox', { name: 'Metric' });
  await expect(menu).toBeVisible({ timeout: 20_000 });
  await menu.click();
  await expect(page.getByRole('option', { name: 'own/score of mine' })).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole('option', { name: 'val/loss' })).toBeVisible();
  await page.getByRole('option', { name: 'own/score of mine' }).click();
  await expect(page).toHaveURL(/metric=own%2Fscore/);
  await expect(menu).toContainText('own/score of mine');
});

test('a long name is shortened in its middle, with a sign that it was; its end is what tells runs apart (U-17)', async ({ page }) => {
  await answerAs(page, 'many');
  await page.route('**/api/v1/runs?*', async (route) => {
    const list = answers(40).find(({ method, pattern }) => method === 'GET' && pattern.test('/api/v1/runs')).answer(new URL(route.request().url()).searchParams);
    list.items[0] = { ...list.items[0], name: `${'a-very-long-name-of-an-experiment-'.repeat(3)}lr-0.0001` };
    await route.fulfill({ json: list });
  });
  await page.goto(`${site.base}/runs?charts=off`);
  const link = page.getByRole('row', { name: /lr-0.0001$/ }).getByRole('link');
  await expect(link).toBeVisible();
  const [start, end] = await link.evaluate((element) =>
    [...element.children].map((part) => {
      const cell = part.closest('[role=gridcell]').getBoundingClientRect();
      const { left, right } = part.getBoundingClientRect();
      return { text: part.textContent, cut: part.scrollWidth > part.clientWidth, sign: getComputedStyle(part).textOverflow, inside: left >= cell.left && right <= cell.right };
    }),
  );
  expect(start).toMatchObject({ cut: true, sign: 'ellipsis', inside: true });
  expect(end).toMatchObject({ cut: false, inside: true });
  expect(end.text).toMatch(/lr-0.0001$/);
  await expect(link).toHaveAttribute('title', /^a-very-long-name/);
});

test('back from a run the table stands where it was left (U-16)', async ({ page }) => {
  await open(page, '/runs?charts=off');
  const box = page.locator('[data-scroll-restoration-id=runs]');
  await expect(page.getByRole('row', { name: 'shapes-prompts-001' })).toBeVisible();
  await box.evaluate((element) => (element.scrollTop = 500));
  const at = await box.evaluate((element) => element.scrollTop);
  expect(at).toBeGreaterThan(100);
  await page.waitForTimeout(300);
  await page.getByRole('row').getByRole('link').nth(12).click();
  await expect(page).toHaveURL(/\/runs\/a0000000/);
  await page.goBack();
  await expect.poll(() => box.evaluate((element) => element.scrollTop)).toBe(at);
});

test('the bounds of an axis are moved by the arrow keys, and what lies outside is no longer drawn (U-27)', async ({ page }) => {
  await open(page, `/sweeps/${SWEEP}`);
  const bound = page.getByRole('slider', { name: /^Lower bound/ }).first();
  await bound.focus();
  await expect(bound).toHaveAttribute('aria-valuenow', '0');
  for (let i = 0; i < 3; i++) await page.keyboard.press('PageUp');
  await expect(bound).toHaveAttribute('aria-valuenow', '30');
  await expect(bound).toBeFocused();
  await expect(page).toHaveURL(/brush/);
  await page.keyboard.press('Delete');
  await expect(bound).toHaveAttribute('aria-valuenow', '0');
});

/** What can be brushed of an axis, by its title. */
const zoneOf = (page, title) => {
  const zone = page.locator(`g:has(> [role=slider][aria-label^="Lower bound of ${title}"]) > rect[data-brush]:not([role])`);
  /** @param from share of the axis, from its lower end @param to the same @param how a key that is held */
  return async (from, to, how) => {
    await zone.scrollIntoViewIfNeeded();
    const box = await zone.boundingBox();
    const at = (share) => box.y + 4 + (1 - share) * (box.height - 8);
    if (how) await page.keyboard.down(how);
    await page.mouse.move(box.x + box.width / 2, at(from));
    await page.mouse.down();
    for (let i = 1; i <= 5; i++) await page.mouse.move(box.x + box.width / 2, at(from + ((to - from) * i) / 5));
    await page.mouse.up();
    if (how) await page.keyboard.up(how);
  };
};

test('a stretch that is dragged along an axis holds in the plot, the tables, the curves and the address; Shift adds one; both go again', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => request.url().includes('/api/v1/runs?') && asked.push(new URL(request.url()).searchParams.getAll('filter')));
  await open(page, `/sweeps/${SWEEP}`);
  const inside = page.getByText(/^\d+ of 40 inside$/);
  const brushes = () => new URL(page.url()).searchParams.getAll('brush').map((brush) => brush.split(':'));
  const means = page.getByRole('region', { name: 'Means over seeds' }).getByRole('row');
  await expect(means).toHaveCount(13);
  const drag = zoneOf(page, 'prompts');
  // Of 1, 4, 8 and 16, from 1 to 16 along a line or by logarithm, the lowest alone lies below a tenth.
  await drag(-0.01, 0.08);
  await expect(inside).toHaveText('10 of 40 inside');
  await expect.poll(brushes).toHaveLength(1);
  expect(brushes()[0][2]).toBe('method.prompts');
  await expect.poll(() => asked.at(-1)?.join()).toMatch(/^params\.method\.prompts <= /);
  await expect(page.getByText(/show the 10 of 40 runs inside/)).toBeVisible();
  await expect.poll(() => means.count()).toBeLessThan(13);
  await drag(0.95, 1.01, 'Shift');
  await expect(inside).toHaveText('20 of 40 inside');
  await expect.poll(brushes).toHaveLength(2);
  await expect.poll(() => asked.at(-1)?.join()).toMatch(/^\(params\.method\.prompts <= .*\) or \(params\.method\.prompts >= /);
  // Another axis holds besides.
  await zoneOf(page, 'seed')(-0.01, 0.3);
  await expect(inside).toHaveText('10 of 40 inside');
  // What the address says is what is seen when it is opened anew.
  await page.reload();
  await expect(inside).toHaveText('10 of 40 inside', { timeout: 20_000 });
  await page.getByRole('button', { name: 'Clear brushes' }).first().click();
  await expect(inside).toHaveCount(0);
  await expect(page).not.toHaveURL(/brush=/);
  await expect(means).toHaveCount(13);
});

test('a brush is no press of a line: the page stays, and a short drag leaves nothing', async ({ page }) => {
  await open(page, `/sweeps/${SWEEP}`);
  const drag = zoneOf(page, 'prompts');
  await drag(0.5, 0.505);
  await page.waitForTimeout(300);
  expect(new URL(page.url()).pathname).toBe(`/sweeps/${SWEEP}`);
  await expect(page).not.toHaveURL(/brush=/);
});

test('every page has a title of its own (U-27)', async ({ page }) => {
  const titles = new Map();
  await answerAs(page, 'many');
  for (const address of ['/', '/experiments', '/runs', `/runs/${RUN}`, '/sweeps', `/sweeps/${SWEEP}`, '/devices', '/new', `/compare?run=${RUN}`, '/nowhere']) {
    await page.goto(site.base + address);
    await expect(page.locator('h1').first()).toBeVisible();
    await expect(page).not.toHaveTitle('Runyard');
    titles.set(address, await page.title());
  }
  expect(new Set(titles.values()).size, JSON.stringify([...titles])).toBe(titles.size);
});

// How soon, deploy/bench page measures; here it is that it comes at all, on a crowded machine too, without anybody loading the page again.
test('live again soon after a restart (U-21)', async ({ page }) => {
  test.setTimeout(120_000);
  const known = answers(3);
  const open = new Set();
  const service = http.createServer((request, answer) => {
    const url = new URL(request.url, 'http://x');
    if (url.pathname === '/api/v1/events') {
      answer.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('event: ping\ndata: {}\n\n');
      const beat = setInterval(() => answer.write('event: ping\ndata: {}\n\n'), 1000);
      answer.on('close', () => clearInterval(beat));
      return;
    }
    const found = known.find(({ method, pattern }) => method === request.method && pattern.test(url.pathname));
    if (found) return answer.setHeader('Content-Type', 'application/json').end(JSON.stringify(found.answer(url.searchParams, found.pattern.exec(url.pathname)[1])));
    fetch(site.base + (extname(url.pathname) ? url.pathname : '/'))
      .then(async (file) => answer.writeHead(file.status, { 'Content-Type': file.headers.get('Content-Type') ?? 'text/plain' }).end(Buffer.from(await file.arrayBuffer())))
      .catch(() => answer.writeHead(502).end());
  });
  service.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  const listen = (port) => new Promise((listening) => service.listen(port, '127.0.0.1', listening));
  await listen(0);
  const { port } = service.address();
  const state = page.locator('header');
  try {
    await page.goto(`http://127.0.0.1:${port}/devices`);
    await expect(state.getByText('live', { exact: true })).toBeVisible();
    for (const away of [500, 6000]) {
      const closed = new Promise((done) => service.close(done));
      for (const socket of open) socket.destroy();
      await closed;
      await expect(state.getByText('live', { exact: true })).toHaveCount(0);
      await page.waitForTimeout(away);
      await listen(port);
      await expect(state.getByText('live', { exact: true })).toBeVisible({ timeout: 15_000 });
    }
  } finally {
    service.close();
    for (const socket of open) socket.destroy();
  }
});

test('at 1280 px nothing of what can be done with a device is out of sight; at 390 px the choice of a project can be read', async ({ page }) => {
  await open(page, '/devices');
  const hold = page.getByRole('combobox', { name: /^Hold/ }).first();
  await expect(hold).toBeInViewport({ ratio: 1 });
  const box = await page.getByRole('region', { name: 'Devices' }).boundingBox();
  const { x, width } = await hold.boundingBox();
  expect(x + width).toBeLessThanOrEqual(box.x + box.width);
  await page.setViewportSize({ width: 390, height: 844 });
  const project = page.getByRole('banner').getByRole('combobox', { name: 'Project' });
  await expect(project).toBeVisible();
  const { room, wanted } = await project.evaluate(({ firstElementChild: words }) => ({ room: words.clientWidth, wanted: words.scrollWidth }));
  expect(room).toBeGreaterThan(40);
  expect(wanted).toBeLessThanOrEqual(room + 1);
  for (const name of ['Search', 'New']) await expect(page.getByRole(name === 'New' ? 'link' : 'button', { name }).first()).toBeInViewport();
});

test('what can be done with a row stands at the end of its name, moved aside or not', async ({ page }) => {
  await open(page, '/runs?charts=off');
  const row = page.getByRole('row', { name: 'shapes-prompts-001' });
  const menu = row.getByRole('button', { name: /^What to do with/ });
  const box = page.locator('[data-scroll-restoration-id=runs]');
  await expect(row).toBeVisible();
  await page.setViewportSize({ width: 900, height: 800 });
  for (const aside of [0, 300]) {
    await box.evaluate((element, left) => (element.scrollLeft = left), aside);
    await page.waitForTimeout(100);
    const [name, there] = [await row.getByRole('link').boundingBox(), await menu.boundingBox()];
    expect(there.x - name.x).toBeGreaterThan(0);
    expect(there.x - name.x).toBeLessThan(260);
  }
});
