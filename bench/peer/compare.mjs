// Measures Heed beside ONNX Runtime Web on the same weights and pixels, in one worker, in turns.
// What the times contain is told in `page/worker.ts`.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../../scripts/serve.mjs';
import { launchOptions } from '../browser.mjs';
import { inTurns } from '../row.mjs';
import { modelFolders } from './models.mjs';

/**
 * @typedef {object} Comparison
 * @property {string} what
 * @property {string} backend with the threads
 * @property {number[]} heed milliseconds
 * @property {number[]} ort milliseconds, each measured beside Heed's of the same place
 */

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The same numbers, added in another order: more than this is another model. */
const largestAttentionDifference = 1e-4;

/**
 * @typedef {object} CompareOptions
 * @property {string} executablePath of the browser
 * @property {'wasm' | 'webgpu'} backend
 * @property {readonly import('./models.mjs').Prepared[]} models
 * @property {readonly ('one' | 'all')[]} threads on wasm: one, or as many as there are cores
 * @property {number} rounds that count
 * @property {number} [warmUpCount] rounds before them; loading has run both once already
 */

/**
 * @param {CompareOptions} options
 * @returns {Promise<Comparison[]>}
 */
export async function compareWithOrt({ executablePath, backend, models, threads, ...turns }) {
  await build({ configFile: pathOf('./vite.config.ts'), logLevel: 'error' });
  /** @type {Comparison[]} */
  const comparisons = [];
  for (const wanted of backend === 'wasm' ? threads : ['all']) {
    // Without cross-origin isolation there are no threads, for neither of the two.
    const isIsolated = wanted === 'all';
    const root = pathOf('../../node_modules/.cache/heed/bench-peer');
    const server = await serve({ root, folders: modelFolders, isIsolated });
    const browser = await chromium.launch(launchOptions(executablePath));
    try {
      for (const model of models) {
        const page = await browser.newPage();
        page.on('console', (message) => {
          if (message.type() === 'error') console.error(message.text());
        });
        await page.goto(server.address);
        const threadCount = isIsolated ? availableParallelism() : 1;
        comparisons.push(await compareModel(page, model, { backend, threadCount, ...turns }));
        await page.close();
      }
    } finally {
      await browser.close();
      await server.close();
    }
  }
  return comparisons;
}

/**
 * Waits before it measures: the peer's threads go on looking for work for a while after a pass, and
 * Heed's would run beside them.
 * @template T
 * @param {() => Promise<T>} measure
 */
async function calm(measure) {
  await new Promise((resolve) => {
    setTimeout(resolve, 40);
  });
  return measure();
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {import('./models.mjs').Prepared} model
 * @param {{ backend: 'wasm' | 'webgpu', threadCount: number, rounds: number, warmUpCount?: number }} settings
 * @returns {Promise<Comparison>}
 * @throws Error if the two compute different attention
 */
async function compareModel(page, { name, ...files }, { backend, threadCount, ...turns }) {
  await page.waitForFunction(() => 'peer' in globalThis);
  const at = (/** @type {string} */ path) => new URL(path, page.url()).href;
  const loaded = await page.evaluate((options) => peer.load(options), {
    model: at(files.model),
    onnx: at(files.onnx),
    inputShape: files.inputShape,
    attentionNames: files.attentionNames,
    backend,
    runtime: at('ort/'),
    threadCount,
  });
  if (!(loaded.attentionDifference <= largestAttentionDifference))
    throw new Error(`${name}: the two differ by ${loaded.attentionDifference} in attention.`);
  console.error(`${name}: ${loaded.detail}, ${loaded.attentionDifference} apart`);
  const { heed, other } = await inTurns({
    ...turns,
    heed: () => calm(() => page.evaluate(() => peer.runHeed())),
    other: () => calm(() => page.evaluate(() => peer.runOrt())),
  });
  return { what: name, backend: `${backend}, ${loaded.detail}`, heed, ort: other };
}
