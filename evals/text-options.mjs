// The command lines of the evaluations of translation models.
import { parseBackend, parseLimit, readArguments, UsageError } from './options.mjs';

/** @typedef {import('../src/engine/protocol.ts').BackendName} BackendName */

/**
 * @typedef {object} ModelOptions
 * @property {string} model folder name under public/models, or path of a checkpoint folder
 * @property {string} source path
 * @property {number} limit sentences at most
 * @property {BackendName | null} backend null for the engine's own choice
 */

/**
 * @typedef {object} TranslationOptions
 * @property {readonly string[]} references paths
 * @property {number | null} beamCount null for the checkpoint's own
 * @property {string | null} out where the translations go
 */

/**
 * @typedef {object} AlignmentOptions
 * @property {string} target path
 * @property {string} gold path
 * @property {'en' | 'fr'} sourceSide
 */

export const translationUsage = `npm run eval:translation -- --model ID --source FILE --reference FILE
    [--reference FILE ...] [--beam N] [--limit N] [--backend NAME] [--out FILE]

  --model ID        folder under public/models, or path of a checkpoint folder
  --source FILE     UTF-8 text, one sentence a line; each line is translated as one sentence
  --reference FILE  its translation, line by line; give it again for further references
  --beam N          hypotheses that are followed, 1 (greedy) to 8 (default: the checkpoint's own)
  --limit N         only the first N lines
  --backend NAME    cpu, wasm or webgpu (default: the fastest that is no software adapter)
  --out FILE        writes the translations, one a line

Prints one JSON line: bleu is sacreBLEU's, of all lines together, computed as signature says;
tokensPerSecond counts the target tokens that were written, from a line's text to its translation,
without loading the model. A line that the model cannot take counts as translated into nothing.`;

export const alignmentUsage = `npm run eval:alignment -- --model ID --source FILE --target FILE --gold FILE.wa
    [--source-side en|fr] [--limit N] [--backend NAME]

  --model ID          folder under public/models, or path of a checkpoint folder
  --source FILE       UTF-8 text, one sentence a line, tokens parted by spaces
  --target FILE       its translation, line by line, in the same form
  --gold FILE         "sentence english french S|P" a line, all counted from 1; S is sure, P possible
  --source-side SIDE  en or fr: which column of the gold file counts the source (default: en)
  --limit N           only the first N sentences
  --backend NAME      cpu, wasm or webgpu (default: the fastest that is no software adapter)

The target is forced through the model, and each of its words is linked to the source word that has
most of its attention: summed over the source word's pieces, averaged over the target word's, the
end of the sentence left out. Tokens are put together to ordinary text first (French that is spelled
out, "le ordre", is contracted); each stays what it is in the gold.

Prints one JSON line: aer (1 - (|A∩S| + |A∩P|) / (|A| + |S|)), precision and recall of the view that
best names, perHead those of every head, of each layer's mean (head null) and of the mean of all
(both null), counted from 1; baseline is the diagonal.`;

const modelOptions = /** @type {const} */ ({
  model: { type: 'string' },
  source: { type: 'string' },
  limit: { type: 'string' },
  backend: { type: 'string' },
  help: { type: 'boolean', default: false },
});

/**
 * @param {string} name
 * @param {string | undefined} value
 * @param {string} wanted
 */
function required(name, value, wanted) {
  if (!value) throw new UsageError(`--${name}: ${wanted}.`);
  return value;
}

/**
 * @param {{ model?: string, source?: string, limit?: string, backend?: string }} values
 * @returns {ModelOptions}
 */
function readModelOptions({ model, source, limit, backend }) {
  return {
    model: required('model', model, 'name a folder of public/models, or any checkpoint folder'),
    source: required('source', source, 'name a text file, one sentence a line'),
    limit: parseLimit(limit),
    backend: parseBackend(backend),
  };
}

/** @param {string | undefined} text */
function parseBeam(text) {
  if (text === undefined) return null;
  if (/^[1-8]$/.test(text)) return Number(text);
  throw new UsageError(`--beam: expected a whole number from 1 to 8, got ${JSON.stringify(text)}.`);
}

/**
 * @param {readonly string[]} args
 * @returns {(ModelOptions & TranslationOptions) | null} null where help is wanted
 * @throws UsageError
 */
export function parseTranslationOptions(args) {
  const values = readArguments(args, {
    ...modelOptions,
    reference: { type: 'string', multiple: true, default: [] },
    beam: { type: 'string' },
    out: { type: 'string' },
  });
  if (values.help) return null;
  const { reference: references, out = null } = values;
  for (const path of references.length === 0 ? [''] : references)
    required('reference', path, 'name a text file, one translation a line');
  if (out === '') throw new UsageError('--out: name a file to write.');
  return { ...readModelOptions(values), references, out, beamCount: parseBeam(values.beam) };
}

/**
 * @param {readonly string[]} args
 * @returns {(ModelOptions & AlignmentOptions) | null} null where help is wanted
 * @throws UsageError
 */
export function parseAlignmentOptions(args) {
  const values = readArguments(args, {
    ...modelOptions,
    target: { type: 'string' },
    gold: { type: 'string' },
    'source-side': { type: 'string', default: 'en' },
  });
  if (values.help) return null;
  const sourceSide = values['source-side'];
  if (sourceSide !== 'en' && sourceSide !== 'fr')
    throw new UsageError(`--source-side: expected en or fr, got ${JSON.stringify(sourceSide)}.`);
  return {
    ...readModelOptions(values),
    target: required('target', values.target, 'name a text file, one sentence a line'),
    gold: required('gold', values.gold, 'name a file of gold links'),
    sourceSide,
  };
}
