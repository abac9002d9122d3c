// What the build weighs, chunk by chunk.
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

/**
 * @typedef {object} Chunk
 * @property {string} name without the hash of its content: `index.js`
 * @property {'initial' | 'later' | 'worker'} when fetched with the page, when a part of it is opened,
 *   or by the engine's worker
 * @property {number} bytes
 * @property {number} gzipBytes
 * @property {readonly string[]} modules files that it is made of; empty for the worker's chunks, of
 *   which the build tells no more
 */

/** @param {string} fileName */
const nameOf = (fileName) => fileName.replace(/^assets\//, '').replace(/-[\w-]{8}(?=\.)/, '');

/**
 * @param {string} fileName
 * @param {string | Uint8Array} content
 * @param {Chunk['when']} when
 * @param {readonly string[]} modules
 * @returns {Chunk}
 */
function weigh(fileName, content, when, modules) {
  const bytes = Buffer.from(content);
  return {
    name: nameOf(fileName),
    when,
    bytes: bytes.length,
    gzipBytes: gzipSync(bytes).length,
    modules,
  };
}

/**
 * The entries, what they load at once (the page's first script is little else than that), and all that
 * these import before they run.
 * @param {readonly import('vite').Rolldown.OutputChunk[]} chunks
 */
function initialNames(chunks) {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const entries = chunks.filter(({ isEntry }) => isEntry);
  const names = entries.flatMap(({ fileName, dynamicImports }) => [fileName, ...dynamicImports]);
  // The list grows while it is walked.
  for (const name of names)
    for (const imported of byName.get(name)?.imports ?? [])
      if (!names.includes(imported)) names.push(imported);
  return new Set(names);
}

/**
 * Builds, writes nothing, and weighs every script.
 * @param {string} root of the project
 * @returns {Promise<Chunk[]>}
 */
export async function weighBundle(root) {
  const built = await build({ root, logLevel: 'error', build: { write: false } });
  if (!('output' in built)) throw new Error('The build gave more or less than one bundle.');
  const chunks = built.output.filter((item) => item.type === 'chunk');
  const initial = initialNames(chunks);
  const ofPage = chunks.map(({ fileName, code, moduleIds }) =>
    weigh(fileName, code, initial.has(fileName) ? 'initial' : 'later', moduleIds),
  );
  const ofWorker = built.output
    .filter((item) => item.type === 'asset')
    .filter(({ fileName }) => fileName.endsWith('.js'))
    .map(({ fileName, source }) => weigh(fileName, source, 'worker', []));
  return [...ofPage, ...ofWorker];
}
