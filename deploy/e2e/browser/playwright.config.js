import { defineConfig } from '@playwright/test';

// Chromium is the machine's own: a browser of Playwright's would have to be downloaded.
export default defineConfig({
  testDir: '.',
  outputDir: '../target/browser',
  reporter: 'list',
  workers: 1,
  timeout: 60_000,
  use: {
    baseURL: process.env.LAB_URL,
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
