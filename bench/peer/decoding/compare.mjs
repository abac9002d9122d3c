// Greedy decoding with cached keys and values: Heed beside ONNX Runtime Web on the same weights and
// source tokens, in one worker of one page, in turns.
//
// Both sides go from source tokens to target tokens and every attention as a Float32Array: the
// encoder once, then a step for each token, whose rows of self-attention and cross-attention are read
// in all layers and heads. Heed's side is the engine's own search, which at each step also takes the
// log softmax and the five best tokens and lets messages in; the peer's takes the largest logit.
// Neither holds a tokenizer, messages to the page or painting.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../../../scripts/serve.mjs';
import { launchOptions } from '../../browser.mjs';
import { exportMarian } from './marian-graph.mjs';
import { makeRandomMarian } from './random-marian.mjs';

/**
 * @typedef {object} DecodingComparison
 * @property {string} what
 * @property {string} backend with the threads
 * @property {number[]} heed target tokens a second
 * @property {number[]} ort the same, each measured beside Heed's of the same place
 */

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const cache = pathOf('../../../node_modules/.cache/heed/');
const modelFolder = join(cache, 'bench-models');
const onnxFolder = join(cache, 'bench-onnx');

/** The same numbers, added in another order: more than this is another model. */
const largestAttentionDifference = 1e-4;

/** Each becomes 20 to 60 tokens of French. */
const sentences = [
  'A man in a blue shirt is standing on a ladder and cleaning the window of a large house with a sponge.',
  'Two young girls are playing with a red ball in the park while their mother is reading a book on a bench.',
  'An old woman is selling vegetables at a small market in front of the church, and a boy with a dog is looking at her.',
];

/** On WebGPU's software adapter the peer takes more than a second for a token: a few must do. */
const shortSentence = 'A man is reading a book.';

/** Any tokens do for random weights. */
const randomSource = Array.from({ length: 30 }, (_, index) => (index * 7919 + 13) % 58_000);

/**
 * @typedef {object} Model
 * @property {string} what
 * @property {string} id
 * @property {string} folder
 * @property {string} path of the folder from the page
 * @property {(string | number[])[]} sources
 * @property {number} mostTokens
 * @property {boolean} isEmbedded an embedded checkpoint may change, and is exported each time
 */

/**
 * @param {boolean} short the embedded one alone
 * @param {'wasm' | 'webgpu'} backend on WebGPU that one and a short sentence
 * @returns {Model[]}
 */
function models(short, backend) {
  const isWasm = backend === 'wasm';
  const id = 'heed-marian-en-fr';
  const embedded = {
    what: `greedy decoding${isWasm ? '' : ' of a short sentence'}, tokens a second`,
    id,
    folder: pathOf(`../../../public/models/${id}`),
    path: `embedded/${id}/`,
    sources: isWasm ? sentences : [shortSentence],
    mostTokens: 60,
    isEmbedded: true,
  };
  if (short || !isWasm) return [embedded];
  return [
    embedded,
    random('greedy decoding, tokens a second, opus-mt size', 'marian-opus-size', false),
    random(
      'greedy decoding, tokens a second, opus-mt size, float16 weights',
      'marian-opus-size-float16',
      true,
    ),
  ];
}

/**
 * @param {string} what
 * @param {string} id
 * @param {boolean} isHalf whether the weights are numbers of half precision: Heed keeps such as they
 *   are; the peer computes with single precision on wasm whatever it is given
 * @returns {Model}
 */
function random(what, id, isHalf) {
  const folder = join(modelFolder, id);
  makeRandomMarian(folder, isHalf);
  const [sources, mostTokens] = [[randomSource], 40];
  return { what, id, folder, path: `models/${id}/`, sources, mostTokens, isEmbedded: false };
}

/** @param {Model} model */
function writeGraphs({ id, folder, isEmbedded }) {
  mkdirSync(onnxFolder, { recursive: true });
  const files = { encoder: `${id}-encoder.onnx`, decoder: `${id}-decoder.onnx` };
  if (isEmbedded || !existsSync(join(onnxFolder, files.decoder))) {
    const { encoder, decoder } = exportMarian(folder);
    writeFileSync(join(onnxFolder, files.encoder), encoder);
    // The last, so that files that were left half made are made anew.
    writeFileSync(join(onnxFolder, files.decoder), decoder);
  }
  return { encoder: `onnx/${files.encoder}`, decoder: `onnx/${files.decoder}` };
}

/**
 * @param {object} options
 * @param {string} options.executablePath of the browser
 * @param {boolean} options.short the embedded model alone, few rounds; on WebGPU always
 * @param {'wasm' | 'webgpu'} options.backend
 * @param {readonly ('one' | 'all')[]} [options.threads] on wasm: one, or as many as there are cores
 * @param {number} [options.rounds] on wasm
 * @returns {Promise<DecodingComparison[]>}
 * @throws Error if the two write other tokens, or differ in attention
 */
export async function compareDecoding({
  executablePath,
  short,
  backend,
  threads = ['one', 'all'],
  rounds = short ? 5 : 11,
}) {
  await build({ configFile: pathOf('./vite.config.ts'), logLevel: 'error' });
  const folders = {
    '/models/': modelFolder,
    '/onnx/': onnxFolder,
    '/embedded/': pathOf('../../../public/models'),
    '/ort/': pathOf('../../../node_modules/onnxruntime-web/dist'),
  };
  mkdirSync(modelFolder, { recursive: true });
  const prepared = models(short, backend).map((model) => ({ ...model, ...writeGraphs(model) }));
  /** @type {DecodingComparison[]} */
  const comparisons = [];
  for (const wanted of backend === 'wasm' ? threads : ['all']) {
    // Without cross-origin isolation there are no threads, for neither of the two.
    const isIsolated = wanted === 'all';
    const root = join(cache, 'bench-decoding');
    const server = await serve({ root, folders, isIsolated });
    const browser = await chromium.launch(launchOptions(executablePath));
    try {
      for (const { what, path, encoder, decoder, sources, mostTokens } of prepared) {
        const page = await browser.newPage();
        page.on('console', (message) => {
          if (message.type() === 'error') console.error(message.text());
        });
        await page.goto(server.address);
        await page.waitForFunction(() => 'decoding' in globalThis);
        const loaded = await page.evaluate((options) => decoding.load(options), {
          backend,
          model: path,
          encoder,
          decoder,
          sources,
          mostTokens,
          runtime: 'ort/',
          threadCount: isIsolated ? availableParallelism() : 1,
        });
        const { attentionDifference, detail, tokenCounts } = loaded;
        if (!(attentionDifference <= largestAttentionDifference))
          throw new Error(`${what}: the two differ by ${attentionDifference} in attention.`);
        console.error(
          `${what}: ${detail}; the same ${tokenCounts.join(', ')} tokens, ` +
            `attention ${attentionDifference} apart`,
        );
        const comparison = { what, backend: `${backend}, ${detail}`, heed: [], ort: [] };
        await measure(
          page,
          comparison,
          backend === 'wasm' ? { warmUp: 2, counted: rounds } : gpuRounds,
        );
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

/** Each takes some ten seconds on a software adapter; loading has run both once already. */
const gpuRounds = { warmUp: 1, counted: 3 };

/**
 * @param {import('@playwright/test').Page} page
 * @param {DecodingComparison} comparison is filled
 * @param {{ readonly warmUp: number, readonly counted: number }} rounds
 */
async function measure(page, { heed, ort }, { warmUp, counted }) {
  for (let round = -warmUp; round < counted; round += 1) {
    const ofHeed = await page.evaluate(() => decoding.measure('heed'));
    const ofOrt = await page.evaluate(() => decoding.measure('ort'));
    if (round < 0) continue;
    heed.push(ofHeed);
    ort.push(ofOrt);
  }
}
