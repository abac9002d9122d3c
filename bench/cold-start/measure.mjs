// From navigation to the first map, in a browser that has never been there: Heed and the least page
// that does the same with ONNX Runtime Web, in turns.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { serve } from '../../scripts/serve.mjs';
import { contextOptions, launchOptions } from '../browser.mjs';
import { exportVit } from '../peer/vit-graph.mjs';
import { installProbe } from '../probe.mjs';
import { inTurns } from '../row.mjs';

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = pathOf('../../node_modules/.cache/heed/bench-cold');
const overlay = 'Attention overlay';

/**
 * @typedef {object} OrtPageSettings
 * @property {string} onnx
 * @property {string} picture the sample that Heed opens first
 * @property {number[]} inputShape
 * @property {string} attentionName
 * @property {{ mean: number[], std: number[] }} normalization
 * @property {number} threadCount
 */

/** Serves the peer's page with the embedded checkpoint's weights as an ONNX file. */
async function serveOrtPage() {
  mkdirSync(folder, { recursive: true });
  const { model, inputShape, attentionNames, normalization } = exportVit(
    pathOf('../../public/models/heed-vit'),
  );
  writeFileSync(join(folder, 'heed-vit.onnx'), model);
  /** @type {OrtPageSettings} */
  const settings = {
    onnx: './model/heed-vit.onnx',
    picture: './samples/coffee.jpg',
    inputShape,
    attentionName: attentionNames[0] ?? '',
    normalization,
    threadCount: availableParallelism(),
  };
  const server = await serve({
    root: pathOf('./page'),
    folders: {
      '/model/': folder,
      '/samples/': pathOf('../../public/samples'),
      '/ort/': pathOf('../../node_modules/onnxruntime-web/dist'),
    },
  });
  // In the address, so that the page need not fetch them.
  const search = new URLSearchParams({ settings: JSON.stringify(settings) });
  return { address: `${server.address}?${search}`, close: server.close };
}

/**
 * @param {string} address
 * @param {string} executablePath
 * @returns {Promise<{ mapMs: number, longTasks: import('../probe.d.ts').LongTask[] }>}
 */
async function visit(address, executablePath) {
  const profile = mkdtempSync(join(tmpdir(), 'heed-bench-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions(executablePath),
    ...contextOptions,
  });
  try {
    await context.addInitScript(installProbe);
    const page = await context.newPage();
    await page.goto(address);
    const { views, longTasks } = await page.evaluate(() => probe.whenReady());
    const map = views.find(({ view }) => view === overlay);
    if (map === undefined || !Number.isFinite(map.paintedMs))
      throw new Error(`${address}: no map was painted.`);
    return { mapMs: map.paintedMs, longTasks: [...longTasks] };
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/**
 * @typedef {object} ColdStart
 * @property {number[]} heed milliseconds from navigation to the frame that shows the map
 * @property {number[]} ort
 * @property {number} longestTaskMs Heed's, of all visits; 0 where none was longer than 50 ms
 */

/**
 * @param {object} options
 * @param {string} options.executablePath
 * @param {string} options.address of Heed's production build
 * @param {number} options.rounds
 * @returns {Promise<ColdStart>}
 */
export async function measureColdStart({ executablePath, address, rounds }) {
  const server = await serveOrtPage();
  /** @type {number[]} */
  const tasks = [0];
  try {
    const { heed, other } = await inTurns({
      rounds,
      warmUpCount: 1,
      heed: async () => {
        const { mapMs, longTasks } = await visit(`${address}?backend=wasm#/vision`, executablePath);
        tasks.push(...longTasks.map(({ durationMs }) => durationMs));
        return mapMs;
      },
      other: async () => (await visit(server.address, executablePath)).mapMs,
    });
    return { heed, ort: other, longestTaskMs: Math.max(...tasks) };
  } finally {
    await server.close();
  }
}
