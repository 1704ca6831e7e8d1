// Takes the handbook's pictures of the search that deploy/docs/search/*.yaml asks for: LAB_HOME is the home of the lab in which both sweeps are over,
// CHROMIUM the browser, SWEEPS their ids, that of TPE first.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const home = process.env.LAB_HOME;
const url = JSON.parse(readFileSync(join(home, 'lab.json'), 'utf8')).url.replace(/\/$/, '');
const token = readFileSync(join(home, 'person.secret'), 'utf8').trim();
const images = process.env.IMAGES ?? new URL('../../docs/images/', import.meta.url).pathname;
const [tpe, random] = process.env.SWEEPS.split(/[ ,]+/);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce', colorScheme: 'light' })).newPage();
await page.goto(`${url}/#token=${token}`);
await page.getByRole('heading', { level: 1 }).waitFor();

/** The card of the plots. */
async function take(name, address) {
  await page.goto(url + address);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  const card = page.locator('section').filter({ has: page.getByRole('group', { name: 'Kind of plot' }) });
  await card.waitFor();
  await page.waitForFunction(() => ![...document.querySelectorAll('[role=status]')].some((one) => /^Loading/.test(one.textContent)));
  await page.mouse.move(2, 2);
  await page.waitForTimeout(800);
  await card.screenshot({ path: join(images, `search-${name}.png`) });
  console.log(`search-${name}.png ${address}`);
}

await take('tpe-parallel', `/sweeps/${tpe}`);
for (const [name, sweep] of [['tpe', tpe], ['random', random]]) {
  await take(`${name}-best`, `/sweeps/${sweep}?plot=best&over=device-hours`);
}
await take('rungs', `/sweeps/${tpe}?plot=rungs`);
await browser.close();
