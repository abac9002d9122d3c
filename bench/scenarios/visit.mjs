// The page is opened for the first time, and once more, each with a profile of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { contextOptions, launchOptions } from '../browser.mjs';
import { installProbe } from '../probe.mjs';
import { Samples } from '../scenario.mjs';
import { openVision, overlay } from '../vision-page.mjs';

/**
 * @param {string} profile
 * @param {import('../scenario.mjs').Bench} bench
 */
async function visit(profile, bench) {
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions(bench.executablePath),
    ...contextOptions,
  });
  try {
    await context.addInitScript(installProbe);
    return await openVision(await context.newPage(), bench);
  } finally {
    // The browser writes its caches to the profile as it ends.
    await context.close();
  }
}

/** @type {import('../scenario.mjs').Scenario} */
export const visitTwice = {
  name: 'visit',
  run: async (bench) => {
    const first = new Samples('First visit to first heat map, loopback', overlay, 3000);
    const second = new Samples('Second visit to first heat map', overlay);
    for (let count = 0; count < (bench.short ? 3 : 7); count += 1) {
      const profile = mkdtempSync(join(tmpdir(), 'heed-bench-'));
      try {
        for (const samples of [first, second]) {
          samples.add(await visit(profile, bench));
        }
      } finally {
        rmSync(profile, { recursive: true, force: true });
      }
    }
    return [first.measurement, second.measurement];
  },
};
