// What the page's scripts weigh, chunk by chunk, compressed.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { weighBundle } from '../../scripts/bundle.mjs';
import { ORT } from '../row.mjs';

/** @typedef {import('../row.mjs').Row} Row */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Of the page's first scripts, bytes. */
const initialLimit = 200_000;

/** What a page with the peer fetches before it can run anything. */
const peerFiles = ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];

/** What the engine fetches beside its scripts where there are threads and relaxed SIMD. */
const engineFiles = /^(?:tfjs-backend-wasm-threaded-simd|kernels-relaxed-shared)-[\w-]+\.wasm$/;

/** @param {readonly string[]} paths */
const gzipBytesOf = (paths) =>
  paths.reduce((total, path) => total + gzipSync(readFileSync(path)).length, 0);

const when = { initial: 'with the page', later: 'when it is opened', worker: 'in the worker' };

/** @param {readonly import('../../scripts/bundle.mjs').Chunk[]} chunks */
const sum = (chunks) => chunks.reduce((total, { gzipBytes }) => total + gzipBytes, 0);

/** @type {import('../row.mjs').RowSource} */
export const bundle = {
  name: 'bundle',
  title: 'What is fetched, compressed',
  backends: ['wasm'],
  isInShort: false,
  measure: async ({ outDir }) => {
    const chunks = await weighBundle(root);
    const initial = sum(chunks.filter((chunk) => chunk.when === 'initial'));
    const ofPeer = gzipBytesOf(
      peerFiles.map((name) => `${root}/node_modules/onnxruntime-web/dist/${name}`),
    );
    const files = readdirSync(`${outDir}/assets`).filter((name) => engineFiles.test(name));
    if (files.length !== 2) throw new Error(`The build has other wasm files: ${files.join(', ')}.`);
    const ofEngine =
      sum(chunks.filter((chunk) => chunk.when === 'worker')) +
      gzipBytesOf(files.map((name) => `${outDir}/assets/${name}`));
    /** @type {Row[]} */
    const rows = [
      {
        what: 'page’s initial JS, gzip',
        backend: '',
        unit: 'bytes',
        heed: [initial],
        against: { name: 'limit', samples: [initialLimit] },
        goal: { atMost: 1 },
      },
      {
        what: 'engine: JS of every backend, and wasm, gzip',
        backend: '',
        unit: 'bytes',
        heed: [ofEngine],
        against: { name: `${ORT}, JS and wasm`, samples: [ofPeer] },
        goal: null,
      },
    ];
    const heaviestFirst = chunks.toSorted((a, b) => b.gzipBytes - a.gzipBytes);
    return [
      ...rows,
      ...heaviestFirst.map((chunk) => ({
        what: `${chunk.name}, ${when[chunk.when]}`,
        backend: '',
        unit: /** @type {const} */ ('bytes'),
        heed: [chunk.gzipBytes],
        against: null,
        goal: null,
      })),
    ];
  },
};
