// Fails where the script that a first visit loads, gzipped, is more than the page may cost; run after `npm run build`.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST_KB = 220;
const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");
const first = [...html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map((found) => found[1]);
const size = (file) => gzipSync(readFileSync(new URL(file, dist))).length / 1000;

/** What a chunk imports at once is loaded with it. */
const seen = new Set();
const visit = (file) => {
  if (seen.has(file)) return;
  seen.add(file);
  const text = readFileSync(new URL(file, dist), "utf8");
  for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) visit(`assets/${name}`);
};
first.forEach(visit);

const total = [...seen].reduce((sum, file) => sum + size(file), 0);
const line = (file) => `  ${size(file).toFixed(1).padStart(7)} kB  ${file}\n`;
const later = readdirSync(new URL("assets/", dist)).map((name) => `assets/${name}`).filter((file) => file.endsWith(".js") && !seen.has(file));
process.stdout.write(`first load, gzipped:\n${[...seen].map(line).join("")}  ${total.toFixed(1).padStart(7)} kB of ${MOST_KB}\nlater:\n${later.map(line).join("")}`);
if (total > MOST_KB) {
  process.stderr.write(`size: the first load is ${total.toFixed(1)} kB; at most ${MOST_KB} kB are allowed: load what is not needed at first with import().\n`);
  process.exit(1);
}
