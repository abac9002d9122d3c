// Runs the engine many times over pictures and sentences of mixed sizes, and looks at what it holds.
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../../scripts/serve.mjs';
import { launchOptions } from '../browser.mjs';
import { residentBytes } from './resident.mjs';

/**
 * @typedef {import('./page/memory.d.ts').MemoryFigures & { residentBytes: number | null }} Figures
 * `residentBytes` after a collection, of the page's whole process
 */

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * @param {object} options
 * @param {string} options.executablePath of the browser
 * @param {'cpu' | 'wasm' | 'webgpu'} options.backend
 * @param {number} options.settleCount runs after which nothing may grow any more
 * @param {number} options.runCount runs after those
 * @returns {Promise<{ detail: string, before: Figures, after: Figures }>}
 */
export async function measureMemory({ executablePath, backend, settleCount, runCount }) {
  await build({ configFile: pathOf('./vite.config.ts'), logLevel: 'error' });
  const server = await serve({
    root: pathOf('../../node_modules/.cache/heed/bench-memory'),
    folders: { '/embedded/': pathOf('../../public/models') },
  });
  const browser = await chromium.launch(launchOptions(executablePath));
  try {
    const page = await browser.newPage();
    await page.goto(server.address);
    await page.waitForFunction(() => 'memory' in globalThis);
    const detail = await page.evaluate((options) => memory.load(options), {
      backend,
      vision: 'embedded/heed-vit/',
      translation: 'embedded/heed-marian-en-fr/',
    });
    const run = async (/** @type {number} */ first, /** @type {number} */ count) => {
      await page.evaluate(({ first, count }) => memory.run(first, count), { first, count });
      // The same sizes in the end, so that what is held of the last runs is the same.
      await page.evaluate(() => memory.run(0, 20));
      await page.requestGC();
      return {
        ...(await page.evaluate(() => memory.figures())),
        residentBytes: await residentBytes(browser),
      };
    };
    const before = await run(0, settleCount);
    const after = await run(settleCount, runCount);
    return { detail, before, after };
  } finally {
    await browser.close();
    await server.close();
  }
}
