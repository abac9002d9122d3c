// The command line of the evaluation of maps.
import { parseBackend, parseLimit, readArguments, UsageError } from './options.mjs';

/** @typedef {import('../src/engine/what-if-protocol.ts').Removal} Removal */

/**
 * @typedef {object} FaithfulnessOptions
 * @property {readonly string[]} lenses ids; empty for every lens that the model can have
 * @property {Removal} removal
 * @property {number} steps
 * @property {number} random orders of each picture
 * @property {number} scans pictures at most that are scanned by occlusion
 * @property {'prediction' | 'label'} target
 * @property {number} minutes after which no further picture is begun
 * @property {boolean} isSingleThread
 */

/** @typedef {import('./options.mjs').Options & FaithfulnessOptions} Options */

export const usage = `npm run eval:faithfulness -- --tar FILE.tar [--model ID] [--limit N] [--lens ID ...]
    [--removal hide|mean|blur] [--steps N] [--random N] [--scans N]
    [--target prediction|label] [--minutes N] [--backend NAME] [--single-thread]

  --tar FILE      tar or tar.gz of images, each named LABEL_anything.jpg (WebDataset naming); the
                  label is a name or wnid that the model knows
  --model ID      folder under public/models (default: heed-vit), or path of a checkpoint folder
  --limit N       only the first N images with a known label
  --lens ID       a lens, as links name it: raw, rollout, …; give it again for more (default: all
                  that the model can have)
  --removal HOW   how patches are removed: hide leaves their tokens out, mean gives them the
                  picture's mean colour, blur blurs them (default: hide)
  --steps N       steps from all patches to none (default: 32)
  --random N      random orders for each picture, 1 to 100 (default: 10)
  --scans N       how many pictures, from the first, are scanned by occlusion for tau: a forward pass
                  for each patch (default: all)
  --target WHAT   whose probability is followed: the model's own prediction, or the label that the
                  file is named by (default: prediction)
  --minutes N     begins no further picture after so long, and tells of those measured until then
  --backend NAME  cpu, wasm or webgpu (default: the fastest that is no software adapter)
  --single-thread wasm on one thread, which wastes less where other programs use the cores

Lenses of one layer take the last, those of one head the mean of all; the map is what [CLS] looks at,
or what speaks for the target. Prints one JSON line for each lens, and one for random orders: means
over the pictures with their standard errors. deletion and insertion are areas under the curves
(small and large are good), comprehensiveness and sufficiency mean losses of probability (large and
small are good), tau is Kendall's rank correlation with occlusion over the first tauImages pictures.
overRandom holds the mean differences to the random orders on the same pictures with their 95 %
intervals; a lens beats random where the interval is on the good side of 0.`;

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} initial
 * @param {number} most
 */
function parseCount(name, text, initial, most) {
  if (text === undefined) return initial;
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > most)
    throw new UsageError(
      `${name}: expected a whole number from 1 to ${most}, got ${JSON.stringify(text)}.`,
    );
  return count;
}

/**
 * @template {string} T
 * @param {string} name
 * @param {string} text
 * @param {readonly T[]} choices
 * @returns {T}
 */
function parseChoice(name, text, choices) {
  const choice = choices.find((one) => one === text);
  if (choice === undefined)
    throw new UsageError(
      `${name}: expected ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, got ${JSON.stringify(text)}.`,
    );
  return choice;
}

/**
 * @param {readonly string[]} args
 * @returns {Options | null} null where help is wanted
 * @throws UsageError
 */
export function parseFaithfulnessOptions(args) {
  const values = readArguments(args, {
    tar: { type: 'string' },
    model: { type: 'string', default: 'heed-vit' },
    limit: { type: 'string' },
    lens: { type: 'string', multiple: true, default: [] },
    removal: { type: 'string', default: 'hide' },
    steps: { type: 'string' },
    random: { type: 'string' },
    scans: { type: 'string' },
    target: { type: 'string', default: 'prediction' },
    minutes: { type: 'string' },
    'single-thread': { type: 'boolean', default: false },
    backend: { type: 'string' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) return null;
  if (!values.tar) throw new UsageError('--tar: name a tar or tar.gz file of images.');
  return {
    tar: values.tar,
    model: values.model,
    limit: parseLimit(values.limit),
    lenses: [...new Set(values.lens)],
    removal: parseChoice(
      '--removal',
      values.removal,
      /** @type {const} */ (['hide', 'mean', 'blur']),
    ),
    steps: parseCount('--steps', values.steps, 32, 10_000),
    random: parseCount('--random', values.random, 10, 100),
    // Unlike elsewhere 0 is a choice: no correlation at all.
    scans: values.scans === '0' ? 0 : parseCount('--scans', values.scans, Infinity, 1e9),
    target: parseChoice('--target', values.target, /** @type {const} */ (['prediction', 'label'])),
    minutes: parseCount('--minutes', values.minutes, Infinity, 1e6),
    backend: parseBackend(values.backend),
    isSingleThread: values['single-thread'],
  };
}
