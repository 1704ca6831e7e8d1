// What the page is shown in each state, without a lab: the same answers each time, in the shapes of the REST interface.
import { readFileSync } from 'node:fs';

const schema = JSON.parse(readFileSync(new URL('../../../workers/spec/src/main/resources/schema/sweep.v1.json', import.meta.url), 'utf8'));
/** One moment for ever: what is shown is the same in every picture. */
const NOW = Date.UTC(2026, 10, 26, 12, 0, 0);
const at = (secondsAgo) => new Date(NOW - secondsAgo * 1000).toISOString();
const id = (kind, n) => `${kind}0000000-3c1a-4b7e-9f00-${String(n).padStart(12, '0')}`;
export const RUN = id('a', 0);
export const OTHER = id('a', 1);
export const SWEEP = id('b', 0);
export const REPORT = id('e', 0);

const STATES = ['FINISHED', 'RUNNING', 'FAILED', 'QUEUED', 'PAUSED', 'CANCELLED', 'PRUNED', 'FINISHED', 'FINISHED', 'FINISHED'];

function summary(n) {
  const one = (last, goal, decimals) => ({ last, best: last, bestStep: 160, lastStep: 160, min: last / 2, max: last, count: 20, nonFinite: 0, goal, decimals, ...(decimals === 2 ? { unit: '%' } : {}) });
  return { 'val/top1': one(70 + (n % 25), 'MAX', 2), 'test/top1': one(68 + (n % 23), 'MAX', 2), 'train/loss': one(1 / (n + 1), 'MIN', 4), 'val/loss': one(1.5 / (n + 1), 'MIN', 4) };
}

function run(n) {
  const state = STATES[n % STATES.length];
  const started = !['QUEUED'].includes(state);
  const prompts = [1, 4, 8, 16][n % 4];
  const config = { 'method.kind': 'pgn', 'method.prompts': prompts, 'optimizer.learningRate': 0.1 / (1 + (n % 3)), 'dataset.id': 'shapes', seed: n % 2, batchSize: 64 };
  return {
    id: id('a', n), project: 'default', experiment: n % 3 ? 'shapes-prompts' : 'a-much-longer-name-of-an-experiment', sweep: SWEEP, sweepName: 'shapes-prompts-0', index: n, name: `shapes-prompts-${String(n).padStart(3, '0')}`,
    state, attempt: n % 7 === 2 ? 2 : 1, priority: 0, createdAt: at(9000 - n), createdBy: 'ada', startedAt: started ? at(8000 - n * 10) : null,
    endedAt: ['FINISHED', 'FAILED', 'CANCELLED', 'PRUNED'].includes(state) ? at(4000 - n * 10) : null, step: started ? 160 : 0, steps: 320, epoch: 10, epochs: 20,
    reason: state === 'FAILED' ? 'NOT_FINITE' : null, message: state === 'FAILED' ? 'train/loss became NaN at step 160.' : null, waiting: state === 'QUEUED' ? 'for a free device' : null,
    spec: { dataset: { id: 'shapes' }, method: { kind: 'pgn', prompts }, seed: n % 2 }, document: { dataset: { id: 'shapes' }, method: { kind: 'pgn', prompts }, seed: n % 2 },
    params: { 'method.prompts': prompts, seed: n % 2 }, config, origin: { 'method.kind': 'base', 'method.prompts': 'axis', 'optimizer.learningRate': 'default', 'dataset.id': 'base', seed: 'axis', batchSize: 'default' },
    summary: started ? summary(n) : {}, values: {}, tags: n % 5 === 0 ? { paper: 'table 3' } : {}, starred: n % 4 === 0, archived: false, deletedAt: null, hasNote: n === 0,
    environment: { version: '0.2.0+5e6872c0a1b2', host: 'atlas', device: 'NVIDIA H100', kind: 'cuda', deviceSeconds: 640 }, dataFingerprint: 'f'.repeat(64), specHash: 'e'.repeat(64), deviceSeconds: 640, device: state === 'RUNNING' ? id('d', 0) : null, labels: {},
  };
}

function sweep(n, runs) {
  return {
    id: id('b', n), project: 'default', experiment: 'shapes-prompts', name: `shapes-prompts-${n}`, state: n % 3 === 1 ? 'RUNNING' : 'FINISHED', outcome: ['partly failed', 'running', 'complete'][n % 3],
    spec: { base: { dataset: { id: 'shapes' } }, axes: { 'method.prompts': [1, 4, 8, 16] }, seeds: [0, 1], metric: 'val/top1', sampler: { kind: 'tpe', runs: 8 }, pruner: { kind: 'asha' }, further: [{ metric: 'val/loss', goal: 'min' }] },
    total: runs, created: runs, states: { FINISHED: Math.max(0, runs - 1), FAILED: 1 }, failures: { NOT_FINITE: 1 }, createdAt: at(9000), createdBy: 'ada', endedAt: at(100), tags: {}, starred: false, archived: false, hasNote: false,
  };
}

const time = (text) => (text ? Date.parse(text) : null);

/** The runs of a sweep as the plots of its page read them. */
function columns(runs, asked, names) {
  const paths = ['method.prompts', 'seed'];
  const metric = (key) => {
    const of = (field) => runs.map((one) => one.summary[key]?.[field] ?? null);
    const defined = summary(0)[key];
    return { metric: key, ...(defined ? { goal: defined.goal, decimals: defined.decimals, ...(defined.unit ? { unit: defined.unit } : {}) } : {}), last: of('last'), best: of('best'), count: of('count') };
  };
  const of = (field) => runs.map((one) => one[field] ?? null);
  return {
    total: runs.length, ids: of('id'), indexes: of('index'), runs: of('name'), states: of('state'), attempts: of('attempt'), epochs: of('epochs'), steps: of('steps'), startedAt: of('startedAt').map(time), endedAt: of('endedAt').map(time), deviceSeconds: runs.map(() => null),
    params: Object.fromEntries(paths.map((path) => [path, runs.map((one) => one.params[path])])), metrics: asked.map(metric), failures: runs.flatMap((one, i) => (one.state === 'FAILED' ? [{ at: i, reason: one.reason, message: one.message }] : [])), names,
  };
}

/** Each run that was better than all that ended before it. */
function progress(runs, metric) {
  const done = runs.filter((one) => one.endedAt && one.summary[metric]).sort((a, b) => time(a.endedAt) - time(b.endedAt));
  const first = Math.min(...runs.filter((one) => one.startedAt).map((one) => time(one.startedAt)));
  let deviceHours = 0;
  const all = done.map((one, i) => ({ run: one.id, name: one.name, value: one.summary[metric].last, n: i + 1, hours: (time(one.endedAt) - first) / 3.6e6, deviceHours: (deviceHours += (time(one.endedAt) - time(one.startedAt)) / 3.6e6), finished: one.state === 'FINISHED' }));
  const steps = all.filter((one, i) => one.finished && all.slice(0, i).every((other) => !other.finished || other.value < one.value));
  return { metric, value: 'last', goal: 'MAX', runs: all.length, hours: all.at(-1)?.hours ?? 0, deviceHours, steps };
}

function series(asked) {
  return asked.series.map(({ run, key }, k) => {
    const steps = Array.from({ length: 20 }, (_, i) => (i + 1) * 8);
    return { run, key, points: 20, nonFinite: 0, exact: true, steps, epochs: steps.map((s) => s / 16), times: steps.map((s) => (NOW - 8000_000 + s * 1000) * 1000), last: steps.map((s) => 90 - 50 / (1 + s / 30) + k), device: steps.map((s) => s), resumes: [], reset: true };
  });
}

/** Groups of equal values, the service's way: of the first field one for each value, of further ones the first value. */
const VALUES = { 'params.method.prompts': [16, 8, 4, 1], experiment: ['shapes-prompts', 'a-much-longer-name-of-an-experiment'], state: ['FINISHED', 'FAILED'], reason: ['NOT_FINITE'] };

function groups(by, fields, n) {
  return (VALUES[by[0]] ?? [4]).map((value, g, all) => {
    const of = by.map((key, k) => [key, k === 0 ? value : (VALUES[key] ?? [4])[0]]);
    const runs = Math.max(1, Math.floor(n / all.length));
    // Some runs of the last group have not measured yet: its means are of fewer.
    const had = g === all.length - 1 ? Math.max(1, runs - 3) : runs;
    const spread = (key) => (/loss/.test(key) ? { n: had, mean: 0.42 + g * 0.11, std: 0.03, min: 0.31 + g * 0.1, max: 0.55 + g * 0.12 } : { n: had, mean: 84.25 - g * 6, std: 1.25 + g, min: 79 - g * 7, max: 88.5 - g * 5 });
    return { by: Object.fromEntries(of), filter: of.map(([key, one]) => `${key} = ${typeof one === 'number' ? one : `'${one}'`}`).join(' and '), runs, states: g % 2 ? { FINISHED: runs - 1, FAILED: 1 } : { FINISHED: runs }, fields: Object.fromEntries(fields.map((key) => [key, spread(key)])) };
  });
}

/** Their mean curves: the more prompts, the better; of the last group a run ends early. */
function bands(asked, n) {
  const loss = /loss/.test(asked.key);
  const steps = Array.from({ length: 20 }, (_, i) => (i + 1) * 16);
  const x = { EPOCH: (s) => s / 16, RELATIVE: (s) => s * 2.5, DEVICE: (s) => s * 2 }[asked.x];
  return groups(asked.by ?? [], [], n).map(({ by, runs }, g) => {
    const mean = steps.map((s, i) => (loss ? 2.2 / (1 + s / 60) + g * 0.12 : 86 - g * 6 - 60 / (1 + s / 40)) + Math.sin(i * 1.7 + g) / (loss ? 60 : 2));
    const std = steps.map(() => (runs > 1 ? (loss ? 0.05 : 1.4 + g / 2) : null));
    return { by, runs, steps, x: x ? steps.map(x) : null, mean, std, min: mean.map((m, i) => m - (std[i] ?? 0)), max: mean.map((m, i) => m + (std[i] ?? 0)), n: steps.map((_, i) => (g > 0 && i > 13 ? Math.max(1, runs - 1) : runs)) };
  });
}

const REPORT_TEXT = 'title: Number of prompts\nruns: {experiment: shapes-prompts}\nrows: [method.kind, method.prompts]\ncolumns: [dataset.id]\ncell: {metric: test/top1}\n';

const reportList = (n) => Array.from({ length: Math.min(n, 8) }, (_, i) => ({ id: id('e', i), title: i % 2 ? 'A much longer title of a report, which says what is compared and on what' : 'Number of prompts', version: 2, frozen: i % 3, createdBy: 'ada', createdAt: at(9000), changedAt: at(600) }));

/** @param n none: no run matches; one: a cell; many: twelve data sets, quoted rows, marks */
function reportTable(n) {
  const columns = n === 0 ? [] : n === 1 ? ['shapes'] : ['cifar100', 'cifar10', 'oxford_flowers', 'food101', 'eurosat', 'sun397', 'ucf101', 'svhn', 'oxford_pets', 'dtd', 'resisc45', 'clevr_count'];
  const cell = (r, c) => ({ text: r === 3 && c === 2 ? 'mixed' : `${(60 + r * 5 + c / 3).toFixed(2)} ± 0.${10 + c}${r === 2 && c === 1 ? ' (3/5)' : ''}`, mean: 60 + r, n: r === 2 && c === 1 ? 3 : 5, of: 5, best: r === 4, marks: r === 3 && c === 2 ? ['a'] : [], values: [60, 61, 62], over: ['0', '1', '2'], runs: [id('a', 0), id('a', 1), id('a', 2)], test: r === 0 ? null : { verdict: ['better', 'worse', 'not significant'][(r + c) % 3], words: 'paired t', n: '5', difference: 4.5, p: 0.0004, adjusted: 0.01 } });
  const row = (label, r) => ({ labels: [label, ['–', '4', '8', '16', '16'][r] ?? '–'], cells: columns.map((_, c) => cell(r, c)), further: ['72.40', String(r), '381552'], reference: r === 0, hidden: false });
  const quoted = { labels: ['VP (published)', ''], cells: columns.map((_, c) => ({ text: c % 2 ? '–' : '75.30', mean: c % 2 ? null : 75.3, n: 0, of: 0, best: false, marks: [], values: [], over: [], runs: [] })), further: ['–', '–', '–'], source: 'Bahng et al., table 3', reference: false, hidden: false };
  const rows = n === 0 ? [] : n === 1 ? [row('IIP', 0)] : [...['IIP', 'PGN', 'PGN', 'linear', 'full fine-tuning'].map(row), quoted];
  return {
    title: 'Number of prompts', above: n > 1 ? 'What **more prompts** bring.' : null, below: n > 1 ? 'In the paper 4 to 8 already help.' : null, definition: 'c'.repeat(64), content: 'd'.repeat(64), heads: ['method', 'K'],
    columns: columns.map((label) => ({ label, metric: 'test/top1', unit: '%', goal: 'max' })), further: n === 0 ? [] : ['average', 'wins', 'trained parameters'], rows,
    notes: n === 0 ? [{ mark: '', text: 'No run matches this report.' }] : n === 1 ? [] : [{ mark: 'a', text: 'its runs are of 2 different states of the data, so no figure is shown; filter by what tells them apart.' }, { mark: '', text: '† significantly better and ‡ significantly worse than IIP –: paired t, two-sided, Holm\u2019s correction over 48 tests, α = 0.05.' }],
    unfinished: n > 1 ? [{ run: id('a', 2), name: 'shapes-prompts-002', state: 'FAILED', why: 'NOT_FINITE: train/loss became NaN', row: 'PGN 4' }] : [], unfinishedTotal: n > 1 ? 3 : 0, runs: n * 12, complete: n === 1, figures: [],
  };
}

const CLASSES = ['circle', 'square', 'triangle', 'star', 'cross', 'ring'];
const SETS = [{ set: 'shapes', part: 'test' }, { set: 'a-much-longer-name-of-a-data-set', part: 'val' }];
const estimate = (value, spread, method = 'BOOTSTRAP') => ({ value, low: value - spread, high: value + spread, method });

/** What the run answered, of one set. */
function judgement(n) {
  const classes = n > 1 ? CLASSES : CLASSES.slice(0, 2);
  const rows = classes.map((_, i) => ({ index: i, images: 100, right: 92 - i * 6, answered: 98 + i, share: estimate(92 - i * 6, 5, 'WILSON'), precision: 90 - i * 5, f1: 91 - i * 5.5, takenFor: (i + 1) % classes.length }));
  const confusion = classes.flatMap((_, label) => classes.map((__, answer) => ({ label, answer, images: label === answer ? 92 - label * 6 : (label + answer) % 3 === 0 ? 3 + label : 0 })).filter(({ images }) => images > 0));
  const bins = Array.from({ length: 15 }, (_, i) => ({ low: i / 15, high: (i + 1) / 15, images: 4 + i * i, confidence: (i + 0.5) / 15, accuracy: Math.min(1, (i + 0.5) / 15 - 0.04 + (i % 3) / 30) }));
  return { images: 100 * classes.length, notFinite: n > 1 ? 2 : 0, top1: estimate(77.5, 3.2, 'WILSON'), top5: estimate(98.2, 1.1), meanPerClass: estimate(77.1, 3.3), nll: estimate(0.7312, 0.05), brier: estimate(0.3321, 0.02), calibrationError: estimate(0.0412, 0.01), bins, rows, confusion, draws: 10000, seed: 0 };
}

/** Three steps of one picture and two others: an analysis' and an inversion's. */
const PICTURES = ['inverted-step-100.png', 'inverted-step-200.png', 'inverted-step-300.png', 'attention.svg', 'a-much-longer-name-of-a-picture-that-must-not-push-anything-aside.svg'];
const picture = (hash) => {
  const hue = parseInt(hash.slice(0, 2), 16);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 120"><rect width="160" height="120" fill="hsl(${hue * 5} 40% 50%)"/><circle cx="${40 + hue}" cy="60" r="30" fill="hsl(${hue * 5 + 120} 60% 60%)"/></svg>`;
};

const judgedPicture = (i) => `/api/v1/runs/${RUN}/results/${(16 + i * 7).toString(16).padStart(2, '0').repeat(32)}/pictures/${i}`;

const ended = (runs) => runs.filter((one) => one.endedAt);

/**
 * @param n how many runs the lab has; the other numbers follow
 * @param role of whoever looks, in all projects
 */
export function answers(n, role = 'MAINTAINER') {
  const runs = Array.from({ length: n }, (_, i) => run(i));
  const sweeps = Array.from({ length: Math.min(n, 12) }, (_, i) => sweep(i, n));
  const metrics = Object.keys(summary(0)).map((key) => ({ key, runs: n, goal: /loss/.test(key) ? 'MIN' : 'MAX', unit: /top1/.test(key) ? '%' : '', decimals: /top1/.test(key) ? 2 : 4 }));
  const params = n === 0 ? [] : Object.entries(run(0).config).map(([key, value]) => ({ key, type: typeof value === 'number' ? 'number' : 'text', runs: n, distinct: 3, varies: key !== 'dataset.id', values: [value] }));
  const listed = (query) => {
    const states = query.get('state')?.split(',');
    const found = runs.filter((one) => !states || states.includes(one.state));
    return { items: found.slice(0, Number(query.get('limit') ?? 100)), next: null, total: found.length, more: false, metrics: metrics.map(({ key }) => key) };
  };
  const devices = runs.slice(0, 4).map((_, i) => ({ id: id('d', i), worker: id('c', 0), host: 'atlas', key: `cuda:${i}`, kind: 'cuda', name: 'NVIDIA H100', memoryBytes: 8e10, slots: 1, state: ['BUSY', 'FREE', 'LOST', 'DRAINED'][i], lease: i === 0 ? { run: RUN, attempt: 1, since: at(900), expiresAt: at(-30) } : null, lastSeen: at(3), version: '0.2.0', places: i < 2 ? { 'dataset:birds': 'b'.repeat(64), 'dataset:eurosat-8k': 'c'.repeat(64), 'command:any': '' } : {}, ...(i === 2 ? { lastFailure: { run: RUN, attempt: 1, at: at(7000), reason: 'OUT_OF_MEMORY', message: 'The step needs 91 GB.' } } : {}) }));
  const points = runs.slice(0, 30).map((one, i) => ({ point: i, params: one.params, source: 'sampler', sampler: 'tpe', state: 'FINISHED', values: [70 + ((i * 7) % 25), 1 + ((i * 5) % 9)], history: i, drawnAt: at(9000), runs: [one.id] }));
  const people = ['ada', 'ben', 'chandra', 'dmitri-of-the-other-building', 'eve'].slice(0, n > 1 ? 5 : n);
  const routes = {
    'GET /home': () => ({ experiments: n === 0 ? [] : [{ name: 'shapes-prompts', activity: Array.from({ length: 14 }, (_, i) => (i % 4 === 1 ? 0 : (i * 7) % 11)), lastActivity: at(600) }] }),
    'GET /lab': () => ({ version: '0.2.0', mode: 'embedded', uptimeSeconds: 4000, schedulerOk: true, temporalOk: true }),
    'GET /me': () => ({ name: 'ada', administrator: n > 1 && role === 'MAINTAINER', readOnly: false, way: n > 1 ? 'SESSION' : 'HOME', projects: ['default', 'birds'].slice(0, n > 1 ? 2 : 1).map((name) => ({ name, role })) }),
    'GET /sign-in': () => ({ passwords: n > 0, sso: n > 1 }),
    'GET /me/tokens': () => people.map((name, i) => ({ id: id('e', i), name: `nightly of ${name}`, scope: i % 2 ? 'READ' : 'WRITE', createdAt: at(9000), ...(i % 2 ? { expiresAt: at(-900000) } : {}), ...(i ? { lastUsedAt: at(60) } : {}), current: false })),
    'GET /me/sessions': () => people.map((_, i) => ({ id: id('f', i), address: `10.0.0.${i + 2}`, agent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', createdAt: at(90000), lastUsedAt: at(60 * i), expiresAt: at(-90000), current: i === 0 })),
    'GET /projects/:id/members': () => people.map((account, i) => ({ account, role: ['MAINTAINER', 'RESEARCHER', 'VIEWER'][i % 3], createdAt: at(90000), createdBy: 'ada' })),
    'GET /projects/:id/retention': () => ({ last: 2, best: 1, ...(n > 1 ? { deletedDays: 90 } : {}) }),
    'GET /accounts': () => people.map((name, i) => ({ id: id('8', i), name, administrator: i === 0, local: false, disabled: i === 3, invited: i === 2, createdAt: at(90000), createdBy: 'ada', ...(i < 2 ? { lastSeenAt: at(60) } : {}) })),
    'GET /audit': () => people.flatMap((who, i) => ['run', 'member', 'api_token'].map((kind, k) => ({ id: 900 - i * 3 - k, time: at(60 + i), who, action: ['INSERT', 'UPDATE', 'DELETE'][k], kind, object: id('7', i), ...(k < 2 ? { project: 'default' } : {}), ...(k > 0 ? { before: 'a1'.repeat(32) } : {}), ...(k < 2 ? { after: 'b2'.repeat(32) } : {}), request: 'PATCH /api/v1/runs/x', requestId: id('6', i), address: '10.0.0.2' }))),
    'GET /experiments': () => (n === 0 ? [] : [
      { name: 'shapes-prompts', project: 'default', runs: n, tags: {}, starred: false, archived: false, judgedBy: { key: 'val/top1', goal: 'MAX' } },
      ...(n > 1 ? [{ name: 'a-much-longer-name-of-an-experiment', project: 'default', runs: n, tags: {}, starred: false, archived: false, judgedBy: { key: 'val/loss', goal: 'MIN' } }] : []),
    ]),
    'GET /devices': () => devices,
    'GET /places': () => ['dataset:birds', 'dataset:a-much-longer-name-of-a-data-set', 'weights:clip-vit-b32'].slice(0, n).map((need, i) => ({ need, sha256: 'a'.repeat(64), size: 4.2e9 / (i + 1), ...(i < 2 ? { id: 'folder' } : {}), fingerprint: 'b'.repeat(64), pushedBy: i ? 'ben' : 'ada', pushedAt: at(90000 * (i + 1)), openRuns: i === 1 ? 3 : 0 })),
    'GET /shares': () => people.flatMap((account, i) => [...(i ? [] : [{ project: 'default', weight: 2, slots: 8, usedHours: 310.5, going: 3 }]), { project: 'default', account, weight: 1, usedHours: 12.25, going: i % 2, ...(i ? {} : { slots: 0, deviceHours: 40, note: '1 go now, more than the quota: none is stopped, and none starts before fewer than 0 go' }) }]),
    'GET /workers': () => devices.slice(0, 1).map(() => ({ id: id('c', 0), host: 'atlas', pid: 7, version: '0.2.0', state: 'LIVE', lastSeen: at(3), startedAt: at(4000) })),
    'GET /keys': () => ({ of: n, params, metrics: n === 0 ? [] : metrics, tags: [] }),
    'GET /runs': listed,
    'GET /runs.csv': () => 'name\n',
    'GET /runs/groups': (query) => {
      const items = n === 0 ? [] : groups(query.getAll('by'), query.getAll('field'), n).slice(0, n);
      return { items, next: null, total: items.length, more: false };
    },
    'GET /runs/filter/complete': () => ({ from: 0, to: 0, choices: [] }),
    'POST /runs/bulk/check': () => ({ applies: 1, skips: 0, byState: {}, actions: { pause: 0, resume: 0, cancel: 0, retry: 0, delete: role === 'VIEWER' ? 0 : 1 }, own: role === 'VIEWER' ? 0 : 1 }),
    'GET /views': () => [],
    'GET /runs/:id': (_, key) => runs.find((one) => one.id === key) ?? run(0),
    'GET /runs/:id/note': () => ({ text: n > 1 ? '## Why\n\nThe *baseline* of table 3.\n\n| a | b |\n|---|---|\n| 1 | 2 |' : '', history: [] }),
    'GET /runs/:id/attempts': () => (n === 0 ? [] : [{ attempt: 1, device: id('d', 0), host: 'atlas', state: 'ENDED', startedAt: at(8000), endedAt: at(4000), startStep: 0, endStep: 160, outcome: 'FINISHED' }]),
    'GET /runs/:id/events': () => (n === 0 ? [] : [{ seq: 1, time: at(9000), who: 'ada', kind: 'state', from: 'QUEUED', to: 'RUNNING' }, { seq: 2, time: at(400), who: 'ada', kind: 'rename', from: 'old', to: 'new' }]),
    'GET /runs/:id/checkpoints': () => (n === 0 ? [] : [{ step: 160, epoch: 10, best: true, value: 81.25, key: 'val/top1', attempt: 1, createdAt: at(4100), files: [{ name: 'model.safetensors', size: 4e6, sha256: 'a'.repeat(64) }] }]),
    'GET /runs/:id/artifacts': () => (n === 0 ? [] : [{ name: 'report.json', sha256: 'b'.repeat(64), size: 2000, kind: 'report', createdAt: at(4000) }, ...PICTURES.slice(n > 1 ? 0 : 4).map((name, i) => ({ name, sha256: `${i}${i}`.repeat(32), size: 4000 + i, kind: 'picture', createdAt: at(3900 - i) }))]),
    'GET /runs/:id/results': () => SETS.slice(0, n > 1 ? 2 : n).map(({ set, part }, i) => ({ sha256: `${i}c`.repeat(32), name: `predictions-${i}.safetensors`, run: i ? OTHER : RUN, set, part, data: 'f'.repeat(64), classes: n > 1 ? 6 : 2, allowed: i ? 4 : null, leftOut: 0, meanPerClass: i > 0, createdAt: at(4000) })),
    'GET /runs/:id/results/:sha': () => ({ set: 'shapes', classNames: CLASSES, judgement: judgement(n), cellsLeftOut: 0, rowsLeftOut: 0 }),
    'GET /runs/:id/results/:sha/images': () => ({ total: n > 1 ? 134 : n, classNames: CLASSES, images: Array.from({ length: n > 1 ? 30 : n }, (_, i) => ({ item: `test/${String(i * 37).padStart(5, '0')}.png`, label: i % 2, answer: (i + 1) % 2, confidence: 0.99 - i / 100, rank: 1 + (i % 3), ...(i % 4 === 3 ? {} : { picture: judgedPicture(i) }) })) }),
    'GET /runs/:id/disagreements': () => ({ set: 'shapes', images: 600, both: 402, neither: 71, test: { first: 81, second: 46, p: 0.00247, exact: false }, total: n > 1 ? 134 : n, classNames: CLASSES, pairs: Array.from({ length: n > 1 ? 30 : n }, (_, i) => ({ item: `test/${String(i * 37).padStart(5, '0')}.png`, label: i % 2, first: i % 3 ? i % 2 : 1 - (i % 2), second: i % 3 ? 1 - (i % 2) : i % 2, ...(i % 4 === 3 ? {} : { picture: judgedPicture(i) }) })) }),
    'GET /runs/:id/results/:sha/pictures/\\d+': (_, __, ___, sha) => picture(sha),
    'GET /runs/:id/artifacts/:sha/picture': (_, __, ___, sha) => picture(sha),
    'GET /runs/:id/logs': () => ({ items: n === 0 ? [] : Array.from({ length: n > 1 ? 500 : 1 }, (_, i) => ({ seq: i + 1, time: at(8000 - i), attempt: 1, line: `epoch ${i} train/loss ${(1 / (i + 1)).toFixed(4)}` })), next: null }),
    'POST /metrics/series': (_, __, body) => ({ series: n === 0 ? [] : series(body), cursor: null }),
    'POST /metrics/bands': (_, __, body) => ({ groups: n === 0 ? [] : bands(body, n).slice(0, n), more: false }),
    'POST /runs/:id/resume': (_, key) => ({ ...runs.find((one) => one.id === key), state: 'QUEUED' }),
    'POST /sweeps': () => sweep(0, n),
    'GET /sweeps': () => ({ items: sweeps, next: null, total: sweeps.length }),
    'GET /sweeps/:id': () => sweep(0, n),
    'GET /sweeps/:id/note': () => ({ text: '', history: [] }),
    'GET /sweeps/:id/table': () => ({ metric: 'val/top1', rows: ended(runs).slice(0, 12).map((one, i) => ({ params: { 'method.prompts': i + 1 }, seeds: [0, 1], n: 2, expected: 2, mean: 80 + i / 3, std: 1.5, min: 78, max: 82, values: [79, 81], runs: [one.id, one.id] })) }),
    'GET /sweeps/:id/attempts': () => runs.filter((one) => one.startedAt).map((one, i) => ({ run: one.id, attempt: one.attempt, device: id('d', i % 3), host: i % 3 ? 'atlas' : 'a-host-with-a-much-longer-name', state: { FINISHED: 'FINISHED', RUNNING: 'RUNNING', FAILED: 'FAILED' }[one.state] ?? 'GIVEN_BACK', grantedAt: at(8000 - i * 190), startedAt: at(8000 - i * 190), ...(one.state === 'RUNNING' ? {} : { endedAt: at(7550 - i * 190 + (i % 4) * 60) }), startStep: 0, endStep: 160 })),
    'GET /sweeps/:id/columns': (query) => columns(runs, query.getAll('metrics').flatMap((names) => names.split(',')), metrics.map(({ key }) => key)),
    'GET /sweeps/:id/progress': (query) => progress(runs, query.get('metric')),
    'GET /sweeps/:id/points': () => ({ metrics: ['val/top1', 'val/loss'], goals: ['max', 'min'], best: n === 0 ? null : 0, front: points.filter((one) => !points.some((other) => other.values[0] >= one.values[0] && other.values[1] <= one.values[1] && other.values.join() !== one.values.join())).map(({ point }) => point), points }),
    'GET /sweeps/:id/rungs': () => ({ readings: runs.slice(0, 20).flatMap((one, i) => [1, 3, 9].slice(0, 1 + (i % 3)).map((epoch, k) => ({ seq: i * 3 + k, run: one.id, index: i, epoch, value: 50 + i + k * 5, decision: k === i % 3 && i % 2 ? 'STOP' : 'KEEP', why: 'below the best third', at: at(100) }))) }),
    'GET /sweeps/:id/importance': () => ({ metric: 'val/top1', points: n, needed: 20, ...(n < 20 ? { said: `too few runs to say: ${n} finished points, of 20 that are needed`, shares: [] } : { shares: [{ path: 'method.prompts', share: 0.7, lo: 0.6, hi: 0.82, points: n }, { path: 'seed', share: 0.3, lo: 0.1, hi: 0.4, points: n }] }) }),
    'GET /reports': () => reportList(n),
    'GET /reports/:id': () => ({ ...reportList(1)[0], text: REPORT_TEXT, versions: [{ version: 2, hash: 'c'.repeat(64), who: 'ada', when: at(600) }], frozen: n > 1 ? [{ content: 'e'.repeat(64), version: 1, who: 'ada', when: at(5000) }] : [] }),
    'GET /reports/:id/table': () => reportTable(n),
    'POST /reports/preview': () => reportTable(n),
    'GET /schemas/sweep': () => schema,
    'GET /schemas/run': () => schema.properties.base,
    'POST /specs/check': () => ({ kind: 'sweep', runs: 6, spec: { base: {} }, ...(n > 0 ? { estimate: { runs: 6, deviceHours: 3.2, from: n, kind: 'same data set' } } : {}) }),
  };
  return Object.entries(routes).map(([route, answer]) => {
    const [method, path] = route.split(' ');
    return { method, pattern: new RegExp(`^/api/v1${path.replace(/:(id|sha)/g, '([^/]+)')}$`), answer };
  });
}

/** Puts answers between the page and the lab. @param state empty, loading, error, one or many @param stranger the lab does not know who asks */
export async function answerAs(page, state, { role, stranger = false } = {}) {
  const known = answers({ empty: 0, one: 1, many: 40 }[state] ?? 0, role);
  const asked = [];
  // A stream that is open and quiet: one that ends would be opened again, and all read anew, for as long as the test looks.
  await page.addInitScript(() => {
    window.EventSource = class extends EventTarget {
      static CLOSED = 2;
      readyState = 1;
      constructor() {
        super();
        setTimeout(() => this.onopen?.());
        setInterval(() => this.dispatchEvent(new MessageEvent('ping', { data: '{}' })), 3000);
      }
      close() {}
    };
  });
  await page.clock.setFixedTime(NOW);
  await page.route('**/api/v1/**', async (route) => {
    const request = route.request();
    const url = new URL(request.url());
    if (stranger && url.pathname !== '/api/v1/sign-in') return route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify({ status: 401, code: 'UNAUTHORIZED', detail: 'This lab does not know who asks.' }) });
    if (url.pathname !== '/api/v1/lab') {
      if (state === 'loading') return new Promise(() => undefined);
      // One that passes by itself would be asked again for a while before it is shown.
      if (state === 'error') return route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, code: 'FORBIDDEN', detail: 'You may not see this project.', remedy: 'Ask its owner.' }) });
    }
    const found = known.find(({ method, pattern }) => method === request.method() && pattern.test(url.pathname));
    if (!found) {
      asked.push(`${request.method()} ${url.pathname}`);
      return route.fulfill({ status: 404, json: { status: 404, code: 'NOT_FOUND', detail: `no answer was made up for ${url.pathname}` } });
    }
    const [, key, sha] = found.pattern.exec(url.pathname);
    const answer = found.answer(url.searchParams, key, request.postDataJSON(), sha);
    return /\/picture(s\/\d+)?$/.test(url.pathname) ? route.fulfill({ contentType: 'image/svg+xml', body: answer }) : route.fulfill({ json: answer });
  });
  // What nobody made an answer up for; a test that leaves something here looked at an error that it did not mean.
  return asked;
}
