// The command line of the evaluation of vision models.
import { parseArgs } from 'node:util';

/** What a person can mend; the message is one sentence. */
export class UsageError extends Error {}

/** @typedef {import('../src/engine/protocol.ts').BackendName} BackendName */

/**
 * @typedef {object} Options
 * @property {string} tar path
 * @property {string} model folder name under public/models, or path of a checkpoint folder
 * @property {number} limit images at most
 * @property {BackendName | null} backend null for the engine's own choice
 */

export const usage = `npm run eval:vision -- --tar FILE.tar [--model ID] [--limit N] [--backend NAME]

  --tar FILE      tar or tar.gz of images, each named LABEL_anything.jpg (WebDataset naming); the
                  label is a name or wnid that the model knows
  --model ID      folder under public/models (default: heed-vit), or path of a checkpoint folder
  --limit N       only the first N images with a known label
  --backend NAME  cpu, wasm or webgpu (default: the fastest that is no software adapter)

Prints one JSON line: top1 and top5 are percentages of all images; msPerImage is the time from a
file's bytes to its probabilities, without loading the model.`;

/** @param {string | undefined} text */
export function parseLimit(text) {
  if (text === undefined) return Infinity;
  const limit = /^\d+$/.test(text) ? Number(text) : 0;
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new UsageError(`--limit: expected a whole number from 1, got ${JSON.stringify(text)}.`);
  return limit;
}

/**
 * @param {string | undefined} text
 * @returns {BackendName | null}
 */
export function parseBackend(text) {
  if (text === undefined) return null;
  if (text === 'cpu' || text === 'wasm' || text === 'webgpu') return text;
  throw new UsageError(`--backend: expected cpu, wasm or webgpu, got ${JSON.stringify(text)}.`);
}

/**
 * @template {import('node:util').ParseArgsConfig['options']} T
 * @param {readonly string[]} args
 * @param {T} options
 * @throws UsageError
 */
export function readArguments(args, options) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [sentence = ''] = String(error instanceof Error ? error.message : error).split(/\.\s/);
    throw new UsageError(`${sentence.replace(/\.$/, '')}; --help tells the options.`);
  }
}

/**
 * @param {readonly string[]} args
 * @returns {Options | null} null where help is wanted
 * @throws UsageError
 */
export function parseOptions(args) {
  const values = readArguments(args, {
    tar: { type: 'string' },
    model: { type: 'string', default: 'heed-vit' },
    limit: { type: 'string' },
    backend: { type: 'string' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) return null;
  if (!values.tar) throw new UsageError('--tar: name a tar or tar.gz file of images.');
  return {
    tar: values.tar,
    model: values.model,
    limit: parseLimit(values.limit),
    backend: parseBackend(values.backend),
  };
}
