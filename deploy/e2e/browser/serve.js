// The built page: the lab's, where one runs, else straight from ui/dist.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { extname, join } from 'node:path';

const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

export async function serve() {
  if (process.env.LAB_URL) return { base: process.env.LAB_URL.replace(/\/$/, ''), close: () => undefined };
  const dist = new URL('../../../ui/dist/', import.meta.url).pathname;
  const server = http.createServer((request, answer) => {
    const path = new URL(request.url, 'http://x').pathname;
    const file = extname(path) ? path : '/index.html';
    try {
      const body = readFileSync(join(dist, file));
      answer.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream').end(body);
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { base: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
