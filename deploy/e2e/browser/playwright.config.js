import { defineConfig } from '@playwright/test';

// Chromium is the machine's own: a browser of Playwright's would have to be downloaded.
export default defineConfig({
  testDir: '.',
  outputDir: '../target/browser',
  reporter: 'list',
  // What looks at the page without a lab has no state in common; a test of the lab (page.spec.js) follows the one before it.
  workers: 2,
  timeout: 60_000,
  snapshotPathTemplate: '{testDir}/baselines/{arg}{ext}',
  // Another machine with the distribution's Chromium rounds a pixel here and there; what somebody sees differs by more.
  expect: { toHaveScreenshot: { maxDiffPixelRatio: 0.02, animations: 'disabled', caret: 'hide', timeout: 20_000 } },
  use: {
    baseURL: process.env.LAB_URL,
    locale: 'en-GB',
    timezoneId: 'UTC',
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
