// Runs the engine many times over pictures and sentences of mixed sizes, and looks at what it holds.
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../../scripts/serve.mjs';
import { launchOptions } from '../browser.mjs';
import { residentBytes } from './resident.mjs';
import { openWorkerHeap } from './worker-heap.mjs';

/**
 * @typedef {import('./page/memory.d.ts').MemoryFigures & {
 *   heldBytes: number | null, residentBytes: number[] }} Figures
 * of the page's whole process: `heldBytes` after what nobody holds has been collected, in the page and
 * in its worker; `residentBytes` as the browser leaves it, several times among the runs. Null
 * and empty where the system does not tell.
 */

/** Looks at the process while it runs. */
const lookCount = 10;

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * @param {object} options
 * @param {string} options.executablePath of the browser
 * @param {'cpu' | 'wasm' | 'webgpu'} options.backend
 * @param {number} options.settleCount runs after which nothing may grow any more, a multiple of ten
 * @param {number} options.runCount runs after those, a multiple of twenty; the last half is looked at
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
    const heap = await openWorkerHeap(page, 'heed');
    const runSome = (/** @type {number} */ first, /** @type {number} */ count) =>
      page.evaluate(({ first, count }) => memory.run(first, count), { first, count });
    /**
     * @param {number} first
     * @param {number} count
     * @param {number} span how many of the last of them are looked at: more than the collector's pace
     */
    const run = async (first, count, span) => {
      await runSome(first, count - span);
      const looks = [];
      for (let look = 0; look < lookCount; look += 1) {
        const step = span / lookCount;
        await runSome(first + count - span + look * step, step);
        looks.push(await residentBytes(browser));
      }
      // The same sizes in the end, so that what is held of the last runs is the same.
      await runSome(0, 20);
      await heap.collect();
      await page.requestGC();
      return {
        ...(await page.evaluate(() => memory.figures())),
        heldBytes: await residentBytes(browser),
        residentBytes: looks.filter((bytes) => bytes !== null),
      };
    };
    const before = await run(0, settleCount, settleCount);
    const after = await run(settleCount, runCount, runCount / 2);
    return { detail, before, after };
  } finally {
    await browser.close();
    await server.close();
  }
}
