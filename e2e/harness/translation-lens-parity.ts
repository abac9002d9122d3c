/**
 * The parity check of the translators' lenses and of changed attention, against PyTorch's automatic
 * differentiation: training/parity/translation_lenses.py. Runs in Node and in a browser alike.
 */
import * as tf from '@tensorflow/tfjs-core';

import type { LensId, LensOptions } from '../../src/engine/protocol.ts';
import { noChanges } from '../../src/engine/what-if-protocol.ts';
import { Safetensors } from '../../src/worker/checkpoint/safetensors.ts';
import { forceDecode } from '../../src/worker/decoding/forced.ts';
import { parseDecodingSettings } from '../../src/worker/decoding/settings.ts';
import { compileChanges } from '../../src/worker/models/attention-changes.ts';
import { loadTranslationModel } from '../../src/worker/models/load-translation-model.ts';
import type { LensedSentence } from '../../src/worker/translation-lenses/lens.ts';
import { findTranslationLens } from '../../src/worker/translation-lenses/registry.ts';
import { SentenceTrace, traceHypothesis } from '../../src/worker/translation-trace.ts';
import type { FixtureFiles } from './fixture-model.ts';

export interface LensFixtureFiles extends FixtureFiles {
  /** lenses.safetensors */
  readonly lenses: Uint8Array<ArrayBuffer>;
}

export interface TranslationLensParity {
  readonly name: string;
  readonly backend: string;
  /** Of each lens, the largest difference over the largest value of the reference. */
  readonly lenses: Readonly<Record<string, number>>;
  /** The same of the logits under each of the changes of changed.json. */
  readonly changed: readonly number[];
  readonly leaked: number;
}

const noText = { text: '', ids: [], tokens: [], spans: [], special: [], words: [] };

/**
 * @param isQuick one sentence, one layer of value-norm, and no occlusion of the Transformer: what a
 *   software GPU does in time
 * @throws Error if the reference has another shape
 */
export async function measureTranslationLenses(
  files: LensFixtureFiles,
  isQuick = false,
): Promise<TranslationLensParity> {
  const before = tf.memory().numTensors;
  const config = files.texts['config.json'] ?? '';
  const model = loadTranslationModel(config, new Safetensors(files.weights));
  const { shape } = model;
  const vocabulary = shape.targetVocabularySize;
  const expected = new Safetensors(files.expected);
  const reference = new Safetensors(files.lenses);
  const isMarian = shape.modelType === 'marian';
  const lenses: Record<string, number> = {};
  const changed: number[] = [];

  const cases = isQuick ? ['short.'] : ['short.', 'long.', 'single.'];
  for (const prefix of isMarian ? [''] : cases) {
    const ids = readInts(expected, `${prefix}${isMarian ? 'input_ids' : 'source'}`);
    const inputs = readInts(expected, `${prefix}${isMarian ? 'decoder_input_ids' : 'inputs'}`);
    const endToken: unknown = JSON.parse(config).eos_token_id;
    const target = isMarian
      ? readInts(expected, 'target_ids')
      : [...inputs.slice(1), Number(endToken)];
    const settings = {
      ...parseDecodingSettings(config, null, vocabulary, shape.longestTarget),
      startToken: inputs[0] ?? 0,
    };
    const encoded = model.encode(ids);
    const forced = traceHypothesis(await forceDecode(encoded, target, settings), () => noText);
    const sentence = new SentenceTrace(shape, { ...noText, ids }, encoded, [forced]);
    const of: LensedSentence = { translator: { model, settings }, sentence, hypothesis: 0 };

    const measure = async (
      id: LensId,
      name: string,
      place: { layer?: number; head?: number; options?: LensOptions },
      wanted: Float32Array,
    ): Promise<void> => {
      const request = { run: 0, sentence: 0, hypothesis: 0, lens: id };
      const { values } = await findTranslationLens(id, shape).apply(
        of,
        { ...request, layer: 0, head: 0, options: {}, ...place },
        { onStep: async () => {} },
      );
      lenses[name] = Math.max(lenses[name] ?? 0, relativeGap(values, wanted));
    };
    for (const [id, name] of [
      ['relevance', 'relevance'],
      ['input-gradient', 'input_gradient'],
      ['occlusion', 'occlusion'],
    ] as const) {
      const key = `${prefix}${name}`;
      if (isQuick && isMarian && id === 'occlusion') continue;
      if (reference.has(key)) await measure(id, name, {}, read(reference, key));
    }
    if (!isMarian) {
      sentence.dispose();
      continue;
    }
    const { layerCount, headCount } = shape.stacks.cross;
    const size = ids.length * target.length;
    for (let layer = 0; layer < (isQuick ? 1 : layerCount); layer += 1) {
      const all = read(reference, 'value_norm.all').subarray(layer * size, (layer + 1) * size);
      await measure('value-norm', 'value_norm.all', { layer, options: { fusion: 'sum' } }, all);
      for (let head = 0; head < headCount; head += 1) {
        const start = (layer * headCount + head) * size;
        const one = read(reference, 'value_norm.one').subarray(start, start + size);
        await measure('value-norm', 'value_norm.one', { layer, head }, one);
      }
    }
    const list: unknown = JSON.parse(files.texts['changed.json'] ?? '[]');
    for (const [number, changes] of (Array.isArray(list) ? list : []).entries()) {
      const compiled = await compileChanges({ ...noChanges, ...changes }, shape, ids.length, () =>
        Promise.reject(new Error('unused')),
      );
      const source = model.encode(ids, compiled);
      const { logits } = await source.force(inputs);
      changed.push(relativeGap(logits, read(reference, `changed.${number}.logits`)));
      source.dispose();
    }
    sentence.dispose();
  }
  model.dispose();
  return {
    name: files.name,
    backend: tf.getBackend(),
    lenses,
    changed,
    leaked: tf.memory().numTensors - before,
  };
}

function read(tensors: Safetensors, name: string): Float32Array {
  return tensors.floats(name, tensors.shape(name));
}

function readInts(tensors: Safetensors, name: string): number[] {
  return [...new Int32Array(tensors.bytes(name).slice().buffer)];
}

/** Infinite where either side is not a number or shorter, which no bound admits. */
function relativeGap(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let gap = 0;
  for (const [index, value] of actual.entries()) {
    const here = Math.abs(value - (expected[index] ?? Number.NaN)) / largest;
    if (!(here <= gap)) gap = Number.isNaN(here) ? Infinity : here;
  }
  return gap;
}
