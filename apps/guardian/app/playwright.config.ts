import { defineConfig } from '@playwright/test';

/** Runs in the development container, against the server there. */
export default defineConfig({
  testDir: 'src/browser',
  outputDir: '/tmp/test-results',
  reporter: 'line',
  // The first visit of a page compiles it.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    baseURL: process.env.GUARDIAN_URL ?? 'http://127.0.0.1:3000',
    // The system's: Playwright's own does not run on Alpine. The container is the sandbox; it may make none itself.
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] },
  },
});
