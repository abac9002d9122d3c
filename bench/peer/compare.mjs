// Measures Heed beside ONNX Runtime Web on the same weights and pixels, in one page, in turns.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../../scripts/serve.mjs';
import { launchOptions } from '../browser.mjs';
import { makeRandomVit, standardSizes } from './random-vit.mjs';
import { exportVit } from './vit-graph.mjs';

/**
 * @typedef {object} Comparison
 * @property {string} what
 * @property {string} backend with the threads
 * @property {number[]} heed milliseconds
 * @property {number[]} ort milliseconds, each measured beside Heed's of the same place
 */

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const cache = pathOf('../../node_modules/.cache/heed/');
const modelFolder = join(cache, 'bench-models');
const onnxFolder = join(cache, 'bench-onnx');
const embeddedFolder = pathOf('../../public/models');

/** The same numbers, added in another order: more than this is another model. */
const largestAttentionDifference = 1e-4;

/**
 * @typedef {object} Prepared
 * @property {string} name
 * @property {string} model the checkpoint's path from the page
 * @property {string} onnx
 * @property {import('./page/peer.d.ts').PeerOptions['normalization']} normalization
 * @property {number[]} inputShape
 * @property {string[]} attentionNames
 */

/**
 * Writes a checkpoint as an ONNX file.
 * @param {string} name
 * @param {string} folder
 * @param {string} path of the folder from the page
 * @returns {Prepared}
 */
function prepare(name, folder, path) {
  const file = `${name.replaceAll(/[^\w]+/g, '-').toLowerCase()}.onnx`;
  const { model: bytes, ...interfaces } = exportVit(folder);
  writeFileSync(join(onnxFolder, file), bytes);
  return { name, model: path, onnx: `onnx/${file}`, ...interfaces };
}

/** @param {boolean} short */
function prepareModels(short) {
  mkdirSync(onnxFolder, { recursive: true });
  const embedded = prepare(
    'heed-vit at 64',
    join(embeddedFolder, 'heed-vit'),
    'embedded/heed-vit/',
  );
  const standard = Object.entries(standardSizes).slice(0, short ? 1 : undefined);
  return [
    embedded,
    ...standard.map(([name, shape]) => {
      const id = name.replaceAll(/[^\w]+/g, '-').toLowerCase();
      makeRandomVit(join(modelFolder, id), shape);
      return prepare(name, join(modelFolder, id), `models/${id}/`);
    }),
  ];
}

/**
 * @param {object} options
 * @param {string} options.executablePath of the browser
 * @param {boolean} options.short the smallest model alone, few rounds
 * @param {'wasm' | 'webgpu'} options.backend
 * @returns {Promise<Comparison[]>}
 */
export async function compareWithOrt({ executablePath, short, backend }) {
  const models = prepareModels(short);
  await build({ configFile: pathOf('./vite.config.ts'), logLevel: 'error' });
  const folders = {
    '/models/': modelFolder,
    '/onnx/': onnxFolder,
    '/embedded/': embeddedFolder,
    '/ort/': pathOf('../../node_modules/onnxruntime-web/dist'),
  };
  /** @type {Comparison[]} */
  const comparisons = [];
  // Without cross-origin isolation there are no threads, for neither of the two.
  for (const isIsolated of backend === 'wasm' ? [false, true] : [true]) {
    const threadCount = isIsolated ? availableParallelism() : 1;
    const root = join(cache, 'bench-peer');
    const server = await serve({ root, folders, isIsolated });
    const browser = await chromium.launch(launchOptions(executablePath));
    try {
      for (const { name, ...files } of models) {
        const page = await browser.newPage();
        page.on('console', (message) => {
          if (message.type() === 'error') console.error(message.text());
        });
        await page.goto(server.address);
        await page.waitForFunction(() => 'peer' in globalThis);
        const loaded = await page.evaluate((options) => peer.load(options), {
          ...files,
          backend,
          runtime: 'ort/',
          threadCount,
        });
        if (!(loaded.attentionDifference <= largestAttentionDifference))
          throw new Error(`${name}: the two differ by ${loaded.attentionDifference} in attention.`);
        console.error(`${name}: ${loaded.detail}, ${loaded.attentionDifference} apart`);
        const comparison = {
          what: name,
          backend: `${backend}, ${loaded.detail}`,
          heed: [],
          ort: [],
        };
        await measure(page, comparison, short ? 5 : 11);
        comparisons.push(comparison);
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
 * @param {import('@playwright/test').Page} page
 * @param {Comparison} comparison is filled
 * @param {number} rounds
 */
async function measure(page, { heed, ort }, rounds) {
  const warmUpCount = 2;
  for (let round = -warmUpCount; round < rounds; round += 1) {
    const ofHeed = await page.evaluate(() => peer.runHeed());
    const ofOrt = await page.evaluate(() => peer.runOrt());
    if (round < 0) continue;
    heed.push(ofHeed);
    ort.push(ofOrt);
  }
}
