// Every page in every state, theme and width, without a lab behind it: nothing that axe calls serious or moderate, nothing wider than the
// window, nothing that the console complains about; and what is full looks as it did when somebody looked at it last.
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { MORE, PAGES } from './pages.js';
import { serve } from './serve.js';
import { answerAs } from './states.js';

const STATES = ['empty', 'loading', 'error', 'one', 'many'];
/** Colours alone differ between the themes of one width: the second look at a width is at them. */
const COLOURS = ['color-contrast', 'link-in-text-block'];
const LOOKS = [[1280, 'light'], [1280, 'dark', COLOURS], [390, 'dark'], [390, 'light', COLOURS]];
/** What has little on it is seen once in each width and each theme. */
const looks = (state) => LOOKS.filter(([, , rules]) => state === 'many' || !rules);
const SHOTS = process.env.SHOTS;
/** Held against a picture in the light; some in the dark and on a phone, too. */
const PICTURED = new Set(['home', 'experiments', 'runs', 'runs-grouped', 'run', 'run-logs', 'run-results', 'run-pictures', 'run-curves', 'compare', 'sweeps', 'sweep', 'reports', 'report', 'report-new', 'new', 'new-yaml', 'sign-in', 'devices', 'members', 'account', 'audit', 'run-configuration']);
const DARK = new Set(['home', 'runs', 'runs-grouped', 'run', 'compare', 'sweep', 'report']);
const PHONE = new Set(['home', 'runs', 'runs-grouped', 'run', 'sweep', 'new', 'devices', 'members']);
const pictured = (name, width, colorScheme) => (colorScheme === 'light' ? (width === 1280 ? PICTURED : PHONE) : width === 1280 ? DARK : new Set()).has(name);

// A busy machine is no fault of the page.
test.describe.configure({ mode: 'parallel', timeout: 120_000 });

let site;
test.beforeAll(async () => {
  site = await serve();
});
test.afterAll(() => site.close());

async function settled(page, state) {
  await expect(page.locator('main')).toBeVisible();
  await expect(page.locator('h1').first()).toBeVisible();
  if (state === 'loading') return page.waitForTimeout(150);
  await expect(page.locator('[role=status]', { hasText: /^Loading/ })).toHaveCount(0);
  // One far below is read when somebody comes near it.
  await page.waitForFunction(() => [...document.images].every((image) => image.complete || (image.loading === 'lazy' && image.getBoundingClientRect().top > innerHeight)));
  await page.waitForTimeout(100);
}

async function look(browser, name, address, state) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', colorScheme: 'light', locale: 'en-GB', timezoneId: 'UTC' });
  const page = await context.newPage();
  const heard = [];
  page.on('pageerror', (e) => heard.push(String(e)));
  const unanswered = await answerAs(page, state, { stranger: name === 'sign-in' });
  await page.goto(site.base + address);
  await settled(page, state);
  const found = [];
  for (const [width, colorScheme, rules] of looks(state)) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 800 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await settled(page, state);
    // Of what is well only the count would be written down, node by node; and there is no frame that would want a page of its own to be summed up.
    const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode(true);
    const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
    for (const v of violations.filter(({ impact }) => impact !== 'minor')) found.push(`${width} ${colorScheme} ${v.impact} ${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary?.split('\n')[1] ?? ''}`).slice(0, 3).join(' | ')}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) found.push(`${width} ${colorScheme} is ${wide} px too wide`);
    if (address.includes('plot=')) await page.locator('section', { has: page.getByRole('group', { name: 'Kind of plot' }) }).evaluate((plot) => plot.scrollIntoView({ block: 'center' }));
    // What it looked like when somebody looked at it last: baselines/, made anew by --update-snapshots.
    if (state === 'many' && pictured(name, width, colorScheme)) await expect.soft(page).toHaveScreenshot(`${name}-${width}-${colorScheme}.png`);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${state}-${width}-${colorScheme}.png` });
  }
  if ((await page.title()) === '' || (await page.locator('h1').count()) === 0) found.push('it has no title or no h1');
  expect({ found, heard, unanswered }).toEqual({ found: [], heard: [], unanswered: [] });
  await context.close();
}

for (const [name, address] of Object.entries(PAGES)) for (const state of STATES) test(`${name}, ${state}`, ({ browser }) => look(browser, name, address, state));
for (const [name, address] of Object.entries(MORE)) test(`${name}, many`, ({ browser }) => look(browser, name, address, 'many'));
