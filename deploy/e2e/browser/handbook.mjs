// Takes the handbook's pictures from a lab in which `deploy/runyard demo` has run: LAB_HOME is its home, CHROMIUM the browser. What a person
// would have done there meanwhile is done first: a note, tags, a star, an analysis of the best run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const home = process.env.LAB_HOME;
const { url } = JSON.parse(readFileSync(join(home, 'lab.json'), 'utf8'));
const token = readFileSync(join(home, 'person.secret'), 'utf8').trim();
const images = process.env.IMAGES ?? new URL('../../docs/images/', import.meta.url).pathname;
const PATIENCE_MS = 180_000;

async function ask(method, path, body) {
  const answer = await fetch(`${url.replace(/\/$/, '')}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${token}`, ...(body ? { 'Content-Type': 'application/json' } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}

const sweep = (await ask('GET', '/sweeps')).items.at(-1);
const { items: runs } = await ask('GET', `/runs?sweep=${sweep.id}&sort=-metrics.val/top1.best&metrics=val/top1&param=method.kind&param=method.prompts&limit=50`);
if (runs.length === 0) throw new Error(`${url}: the demo's sweep has no run`);
const best = runs.find(({ params }) => params['method.kind'] !== 'iip') ?? runs[0];
const second = runs.find(({ id }) => id !== best.id);
const last = runs.at(-1);

await ask('PATCH', `/runs/${best.id}`, { starred: true, tags: { paper: 'figure 1' } });
await ask('PUT', `/runs/${best.id}/note`, { text: 'The best of the demo by **val/top1**.\n\n- does it hold over more seeds?\n- then: more epochs' });
await ask('PATCH', `/runs/${last.id}`, { tags: { baseline: '' } });

/** What the analyses of the best run have drawn; they are queued once. */
async function analysed() {
  const made = (await ask('GET', `/runs?filter=${encodeURIComponent("params.task = 'analyse'")}&limit=1`)).items[0];
  const { id } = made ?? (await ask('POST', '/runs', { spec: { task: 'analyse', of: best.id } }));
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await new Promise((done) => setTimeout(done, 1000))) {
    const { state, message } = await ask('GET', `/runs/${id}`);
    if (state === 'FINISHED') return id;
    if (state === 'FAILED') throw new Error(`the analysis failed: ${message}`);
  }
  throw new Error(`the analysis ${id} did not end in ${PATIENCE_MS / 1000} s`);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', reducedMotion: 'reduce', colorScheme: 'light' })).newPage();
await page.goto(`${url.replace(/\/$/, '')}/#token=${token}`);
await page.getByRole('heading', { level: 1 }).waitFor();

async function take(name, address, { ready, height = 800 } = {}) {
  await page.setViewportSize({ width: 1280, height });
  await page.goto(url.replace(/\/$/, '') + address);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForFunction(() => ![...document.querySelectorAll('[role=status]')].some((one) => /^Loading/.test(one.textContent)));
  if (ready) await ready();
  // What lies below is fetched when it comes into sight.
  await page.waitForFunction(() => [...document.images].every((image) => (image.complete && image.naturalWidth > 0) || image.getBoundingClientRect().top > innerHeight));
  await page.mouse.move(2, 2);
  await page.waitForTimeout(800);
  await page.screenshot({ path: join(images, `${name}.png`) });
  console.log(`${name}.png ${address}`);
}

const curve = () => page.locator('.u-over').first().waitFor();
const experiment = encodeURIComponent(best.experiment);
// As somebody sees it who looks the day after.
await page.evaluate(() => localStorage.setItem('runyard.home.seen', JSON.stringify(new Date(Date.now() - 86_400_000).toISOString())));
await take('home', '/');
await take('runs', `/runs?experiment=${experiment}&sort=-metrics.val/top1.best&base=${second.id}`, { ready: curve });
await take('groups', `/runs?experiment=${experiment}&group=params.method.kind&group=params.method.prompts`, { ready: curve });
await take('run', `/runs/${best.id}`, { ready: curve, height: 765 });
await take('compare', `/compare?run=${best.id}&run=${second.id}&run=${last.id}&part=configuration`);
await take('sweep', `/sweeps/${sweep.id}`, { height: 1000 });
await take('new', '/new?tab=yaml');
// It draws the longest: queued by now, looked at last.
await take('pictures', `/runs/${await analysed()}?tab=pictures`);
await browser.close();
