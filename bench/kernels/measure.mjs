// Times the matrix products of Heed's models on wasm: our kernels beside tfjs's own, in turns.
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../../scripts/serve.mjs';
import { launchOptions } from '../browser.mjs';

/**
 * @typedef {object} KernelTiming
 * @property {string} what
 * @property {string} detail what the backend runs on
 * @property {number} multiplications of one product
 * @property {number[]} heed milliseconds
 * @property {number[]} tfjs milliseconds, each measured beside Heed's of the same place
 */

/**
 * @typedef {object} LayerRates
 * @property {string} what
 * @property {string} detail
 * @property {number[]} layer GFLOP/s of a block's products in the time of the whole block
 * @property {number[]} alone GFLOP/s of one of its products alone, each beside the block of the same
 *   place
 */

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @type {Record<string, import('./page/kernels.d.ts').Size>} */
const sizes = {
  'heed-vit: query, key, value': { batch: 1, rows: 257, inner: 192, columns: 576 },
  'heed-vit: MLP up': { batch: 1, rows: 257, inner: 192, columns: 768 },
  'heed-vit: MLP down': { batch: 1, rows: 257, inner: 768, columns: 192 },
  'heed-vit: weights · values': { batch: 6, rows: 257, inner: 257, columns: 32 },
  'ViT-Ti/16: MLP up': { batch: 1, rows: 197, inner: 192, columns: 768 },
  'ViT-B/16: MLP up': { batch: 1, rows: 197, inner: 768, columns: 3072 },
  'heed-marian: a step’s MLP': { batch: 1, rows: 1, inner: 256, columns: 1024 },
  'heed-marian: a step’s logits': { batch: 1, rows: 1, inner: 256, columns: 8000 },
  'heed-marian: a step’s heads': { batch: 8, rows: 1, inner: 32, columns: 32 },
};

/** @type {Record<string, import('./page/kernels.d.ts').LayerSize>} */
const layers = {
  'heed-vit: a layer': { tokenCount: 257, width: 192, headCount: 6 },
  'ViT-Ti/16: a layer': { tokenCount: 197, width: 192, headCount: 3 },
  'ViT-S/16: a layer': { tokenCount: 197, width: 384, headCount: 6 },
  'ViT-B/16: a layer': { tokenCount: 197, width: 768, headCount: 12 },
};

/**
 * Two operations a multiplication, one to multiply and one to add.
 * @param {number} multiplications
 * @param {readonly number[]} times in milliseconds
 */
function gflops(multiplications, times) {
  return times.map((ms) => (2 * multiplications) / ms / 1e6);
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {number} rounds
 * @returns {Promise<LayerRates[]>}
 */
async function measureLayers(page, rounds) {
  /** @type {LayerRates[]} */
  const rates = [];
  for (const [what, size] of Object.entries(layers)) {
    const { detail, layer, alone } = await page.evaluate(
      (options) => kernels.measureLayer(options.size, options.rounds),
      { size, rounds },
    );
    const { tokenCount, width } = size;
    // Twelve squares of the width: projections, output projection, both products of the MLP.
    const ofLayer = 12 * tokenCount * width ** 2 + 2 * tokenCount ** 2 * width;
    const ofProduct = 4 * tokenCount * width ** 2;
    rates.push({
      what,
      detail,
      layer: gflops(ofLayer, layer),
      alone: gflops(ofProduct, alone),
    });
  }
  return rates;
}

/**
 * @param {object} options
 * @param {string} options.executablePath of the browser
 * @param {boolean} options.short fewer rounds
 * @returns {Promise<{ products: KernelTiming[], layers: LayerRates[] }>}
 */
export async function measureKernels({ executablePath, short }) {
  await build({ configFile: pathOf('./vite.config.ts'), logLevel: 'error' });
  const root = pathOf('../../node_modules/.cache/heed/bench-kernels');
  /** @type {KernelTiming[]} */
  const products = [];
  /** @type {LayerRates[]} */
  const ofLayers = [];
  // Without cross-origin isolation there are no threads.
  for (const isIsolated of [false, true]) {
    const server = await serve({ root, isIsolated });
    const browser = await chromium.launch(launchOptions(executablePath));
    try {
      const page = await browser.newPage();
      await page.goto(server.address);
      await page.waitForFunction(() => 'kernels' in globalThis);
      for (const [what, size] of Object.entries(sizes)) {
        const timing = await page.evaluate(
          (options) => kernels.measure(options.size, options.rounds),
          { size, rounds: short ? 15 : 51 },
        );
        const multiplications = size.batch * size.rows * size.inner * size.columns;
        products.push({
          what,
          multiplications,
          detail: timing.detail,
          heed: [...timing.heed],
          tfjs: [...timing.tfjs],
        });
      }
      ofLayers.push(...(await measureLayers(page, short ? 7 : 21)));
    } finally {
      await browser.close();
      await server.close();
    }
  }
  return { products, layers: ofLayers };
}
