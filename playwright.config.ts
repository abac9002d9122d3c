import { defineConfig } from '@playwright/test';
import { browserFlags } from './e2e/browser-flags.mjs';

const port = Number(process.env['HEED_TEST_PORT'] ?? 4399);
const executablePath = process.env['HEED_BROWSER'];

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  // Real models run in these tests: two at once would fight for the cores.
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  // A software GPU on a busy machine may miss a deadline once; what fails twice is broken.
  retries: process.env['CI'] ? 1 : 0,
  forbidOnly: !!process.env['CI'],
  reporter: 'list',
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    browserName: 'chromium',
    launchOptions: { args: browserFlags, ...(executablePath ? { executablePath } : {}) },
    trace: 'on-first-retry',
  },
  webServer: {
    command: `node scripts/start.mjs --port ${port} --strict-port`,
    url: `http://127.0.0.1:${port}/`,
    timeout: 120_000,
    reuseExistingServer: !process.env['CI'],
  },
});
