// What a forward pass costs Heed and ONNX Runtime Web besides time, each in a browser of its own.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../../scripts/serve.mjs';
import { launchOptions } from '../browser.mjs';
import { residentBytes } from '../memory/resident.mjs';
import { openWorkerHeap } from '../memory/worker-heap.mjs';
import { modelFolders } from '../peer/models.mjs';

/**
 * @typedef {object} Cost
 * @property {string} detail what Heed runs on: threads, SIMD, the adapter
 * @property {number} wasmBytes of all linear memories at the end, which is the most
 * @property {number[]} scriptBytes the most seen during each pass: objects and array buffers of the
 *   worker, with its outputs and with what waits to be collected since the pass began
 * @property {number | null} processBytes the most that the page's process ever held, loading
 *   included; null where the system does not tell
 * @property {import('./page/cost.d.ts').GpuCalls} gpu of one pass
 */

/**
 * What one model costs on both sides.
 * @typedef {object} Costs
 * @property {string} what the model's name
 * @property {string} backend with the threads or the adapter
 * @property {Cost} heed
 * @property {Cost} ort
 */

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * @param {object} options
 * @param {string} options.executablePath of the browser
 * @param {'wasm' | 'webgpu'} options.backend
 * @param {readonly import('../peer/models.mjs').Prepared[]} options.models
 * @param {number} options.rounds passes of which the memory is looked at
 * @param {number} options.warmUpCount passes before them, and before the one that is counted
 * @returns {Promise<Costs[]>} one of each model
 */
export async function measureCost({ executablePath, models, ...settings }) {
  await build({ configFile: pathOf('./vite.config.ts'), logLevel: 'error' });
  const server = await serve({
    root: pathOf('../../node_modules/.cache/heed/bench-cost'),
    folders: modelFolders,
  });
  /** @param {'heed' | 'ort'} side @param {import('../peer/models.mjs').Prepared} model */
  const measure = async (side, model) => {
    const browser = await chromium.launch(launchOptions(executablePath));
    try {
      return await measureSide(browser, server.address, { side, model, ...settings });
    } finally {
      await browser.close();
    }
  };
  try {
    const costs = [];
    for (const model of models) {
      console.error(`${model.name} …`);
      const [heed, ort] = [await measure('heed', model), await measure('ort', model)];
      costs.push({
        what: model.name,
        backend: `${settings.backend}, ${heed.detail}`,
        heed,
        ort,
      });
    }
    return costs;
  } finally {
    await server.close();
  }
}

/**
 * @param {import('@playwright/test').Browser} browser
 * @param {string} address
 * @param {{ side: 'heed' | 'ort', model: import('../peer/models.mjs').Prepared,
 *   backend: 'wasm' | 'webgpu', rounds: number, warmUpCount: number }} settings
 * @returns {Promise<Cost>}
 */
async function measureSide(browser, address, { side, model, backend, rounds, warmUpCount }) {
  const page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(message.text());
  });
  await page.goto(address);
  await page.waitForFunction(() => 'cost' in globalThis);
  const at = (/** @type {string} */ path) => new URL(path, address).href;
  const options = {
    backend,
    model: at(model.model),
    onnx: at(model.onnx),
    inputShape: model.inputShape,
    attentionNames: model.attentionNames,
    runtime: at('ort/'),
    threadCount: availableParallelism(),
  };
  const detail = await page.evaluate(({ side, options }) => cost.load(side, options), {
    side,
    options,
  });
  const heap = await openWorkerHeap(page, 'cost');
  const pass = () => page.evaluate(() => cost.pass());
  for (let round = 0; round < warmUpCount; round += 1) await pass();
  const scriptBytes = [];
  const gpu = await pass();
  for (let round = 0; round < rounds; round += 1) {
    await page.evaluate(() => cost.release());
    await heap.collect();
    const largest = await largestDuring(heap, async () => {
      await pass();
    });
    scriptBytes.push(largest);
  }
  const wasmBytes = await page.evaluate(() => cost.wasmBytes());
  const processBytes = await residentBytes(browser, 'VmHWM');
  return { detail, wasmBytes, scriptBytes, processBytes, gpu };
}

/**
 * The most that the heap was seen to hold while something ran, and right after it.
 * @param {import('../memory/worker-heap.mjs').WorkerHeap} heap
 * @param {() => Promise<void>} work
 */
async function largestDuring(heap, work) {
  let largest = 0;
  const look = async () => {
    const { usedBytes, bufferBytes } = await heap.usage();
    largest = Math.max(largest, usedBytes + bufferBytes);
    return false;
  };
  const working = work().then(() => true);
  for (let isDone = false; !isDone;) isDone = await Promise.race([working, look()]);
  await look();
  return largest;
}
