// What one may not do is not offered: every page is looked at as somebody who only looks, with every menu opened.
import { expect, test } from '@playwright/test';
import { MORE, PAGES } from './pages.js';
import { serve } from './serve.js';
import { answerAs } from './states.js';

/** Words that change something in the lab, as buttons, links and items of menus begin with them. */
const CHANGES = /^(New\b|Queue|Again with|More seeds|Judge,|Pause|Resume|Retry|Cancel|Star\b|Take the star|Take out|Tag\b|Priority|Move to|Name, tags|Name and place|Archive|Delete|Restore|Edit|Write a note|Freeze|Save as|Save the changes|Keep$|Add$|Make\b|Invite|Disable|new run from it)/;
/** One's own tokens and browsers are one's own in every role; these change nothing. */
const OWN = new Set(['account', 'sign-in']);
const HARMLESS = /^(Star (this|the) view|Make it the baseline)/;

test.describe.configure({ mode: 'parallel', timeout: 300_000 });

let site;
test.beforeAll(async () => {
  site = await serve();
});
test.afterAll(() => site.close());

/** What stands on the page to be pressed, in its menus too. */
async function offered(page, seen) {
  const names = (scope) => scope.locator('button, a[href], [role^=menuitem]').evaluateAll((all) => all.filter((one) => one.getClientRects().length > 0).map((one) => (one.getAttribute('aria-label') ?? one.textContent ?? '').trim()));
  const found = await names(page.locator('body'));
  const menus = page.locator('main [aria-haspopup=menu]');
  for (let i = 0; i < Math.min(await menus.count(), 30); i++) {
    const menu = menus.nth(i);
    // Of forty rows one menu says what the others say.
    const kind = ((await menu.getAttribute('aria-label')) ?? (await menu.textContent()) ?? '').replace(/\S*\d\S*/g, '');
    if (seen.has(kind) || !(await menu.isVisible()) || !(await menu.isEnabled())) continue;
    seen.add(kind);
    // What stands in its place until it is loaded hears no key.
    await expect(async () => {
      if (!(await page.getByRole('menu').isVisible())) {
        await menu.focus();
        await page.keyboard.press('Enter');
      }
      await expect(page.getByRole('menu')).toBeVisible({ timeout: 1_500 });
    }).toPass({ timeout: 20_000 });
    found.push(...(await names(page.getByRole('menu'))));
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toHaveCount(0);
  }
  return found.filter((name) => CHANGES.test(name) && !HARMLESS.test(name));
}

async function visit(browser, role, pages) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'UTC' });
  const page = await context.newPage();
  await answerAs(page, 'many', { role });
  const found = {};
  // Parts of one page have its menus in common.
  const seen = new Map();
  for (const [name, address] of pages) {
    await page.goto(site.base + address);
    await expect(page.locator('h1').first()).toBeVisible();
    await expect(page.locator('[role=status]', { hasText: /^Loading/ })).toHaveCount(0);
    if (name === 'runs') await page.getByRole('checkbox', { name: 'Select shapes-prompts-001' }).click();
    const of = name.split('-')[0];
    if (!seen.has(of)) seen.set(of, new Set());
    const names = await offered(page, seen.get(of));
    if (names.length > 0) found[name] = names;
  }
  await context.close();
  return found;
}

// Plots of a sweep stand on the same page.
const ALL = Object.entries({ ...PAGES, ...MORE }).filter(([name]) => !OWN.has(name) && !name.startsWith('sweep-'));

test('who only looks is offered nothing that changes anything, on no page and in no menu', async ({ browser }) => {
  expect(await visit(browser, 'VIEWER', ALL)).toEqual({});
});

test('who keeps a project is offered all of it', async ({ browser }) => {
  const found = await visit(browser, 'MAINTAINER', ALL.filter(([name]) => ['runs', 'run', 'sweep', 'report', 'reports', 'experiments', 'members', 'new'].includes(name)));
  const of = (page) => (found[page] ?? []).join('\n');
  expect(of('runs')).toMatch(/Archive[\s\S]*Delete|Star[\s\S]*Tag/);
  for (const words of ['Again with a change', 'More seeds', 'Judge, analyse', 'Delete']) expect(of('run')).toContain(words);
  for (const words of ['Again with a change', 'new run from it', 'Archive']) expect(of('sweep')).toContain(words);
  for (const words of ['Freeze', 'Edit', 'Delete']) expect(of('report')).toContain(words);
  expect(of('reports')).toContain('New report');
  expect(of('experiments')).toContain('Name, tags');
  expect(of('members')).toContain('Add');
  expect(of('new')).toContain('Queue the sweep');
});
