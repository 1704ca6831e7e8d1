// Fails where the script that a first visit loads, gzipped, is more than the page may cost; run after `npm run build`.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST_KB = 220;
const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");
const first = [...html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map((found) => found[1]);
const size = (file) => gzipSync(readFileSync(new URL(file, dist))).length / 1000;

/** What a chunk imports at once is loaded with it; what it imports when it is needed is not. */
function closure(files, known = new Set()) {
  const seen = new Set();
  const visit = (file) => {
    if (seen.has(file) || known.has(file)) return;
    seen.add(file);
    const text = readFileSync(new URL(file, dist), "utf8");
    for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) visit(`assets/${name}`);
  };
  files.forEach(visit);
  return seen;
}

const sum = (files) => [...files].reduce((total, file) => total + size(file), 0);
const entry = closure(first);
const pages = readdirSync(new URL("assets/", dist))
  .filter((name) => /^[A-Z]\w*Page-.*\.js$/.test(name))
  .map((name) => ({ name: name.slice(0, name.indexOf("-")), kb: sum(entry) + sum(closure([`assets/${name}`], entry)) }))
  .sort((a, b) => b.kb - a.kb);

const line = (kb, what) => `  ${kb.toFixed(1).padStart(7)} kB  ${what}\n`;
process.stdout.write(`script of a first visit, gzipped, at most ${MOST_KB} kB:\n${line(sum(entry), "what every page needs")}${pages.map((page) => line(page.kb, `with ${page.name}`)).join("")}`);
// An address brings somebody to any of them.
const over = pages.filter((page) => page.kb > MOST_KB);
if (over.length > 0) {
  process.stderr.write(`size: a first visit to ${over.map((page) => page.name).join(", ")} loads more than ${MOST_KB} kB; load what is not needed at first with import().\n`);
  process.exit(1);
}
