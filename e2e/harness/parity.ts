/**
 * The parity check: a checkpoint through Heed's own loader and forward pass against what the
 * reference implementation computed. Runs in Node and in a browser alike.
 */
import * as tf from '@tensorflow/tfjs-core';

import { Safetensors } from '../../src/worker/checkpoint/safetensors.ts';
import { fixturePixels, type FixtureFiles, loadFixtureModel } from './fixture-model.ts';

export type { FixtureFiles };

export interface Parity {
  readonly name: string;
  /** The backend that computed it, as tfjs names it. */
  readonly backend: string;
  readonly layerCount: number;
  /** Largest absolute difference over every layer, head, query and key. */
  readonly attention: number;
  /** Largest difference of a row's sum from 1. */
  readonly rowSum: number;
  /** Largest difference of a logit over the largest logit; null for a checkpoint without a head. */
  readonly logits: number | null;
  /** Tensors that the run left behind. */
  readonly leaked: number;
}

/** Bounds of issue and design: attention absolute, logits relative. */
export const BOUNDS = { attention: 1e-4, logits: 1e-3, rowSum: 1e-5 };

/**
 * Loads the fixture's checkpoint, runs its pixels and compares.
 * @throws Error if a shape differs, or one side has logits and the other has not
 */
export async function measureParity(files: FixtureFiles): Promise<Parity> {
  const before = tf.memory().numTensors;
  const expected = new Safetensors(files.expected);
  const model = await loadFixtureModel(files);
  const { attention, inputs, logits } = await model.forward(fixturePixels(model, expected));
  let worst = 0;
  let rowSum = 0;
  for (const [layer, probs] of attention.entries()) {
    const actual = await readFloats(probs);
    worst = Math.max(
      worst,
      largestGap(actual, expected.floats(`attentions.${layer}`, probs.shape)),
    );
    rowSum = Math.max(rowSum, largestRowGap(actual, probs.shape[2]));
  }
  if ((logits !== null) !== expected.has('logits')) throw new Error('One side has no logits.');
  const result = {
    name: files.name,
    backend: tf.getBackend(),
    layerCount: attention.length,
    attention: worst,
    rowSum,
    logits: logits === null ? null : await relativeGap(logits, expected),
  };
  tf.dispose([attention, inputs, logits ?? []]);
  model.dispose();
  return { ...result, leaked: tf.memory().numTensors - before };
}

async function relativeGap(logits: tf.Tensor1D, expected: Safetensors): Promise<number> {
  const reference = expected.floats('logits', logits.shape);
  const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largestGap(await readFloats(logits), reference) / largest;
}

async function readFloats(tensor: tf.Tensor): Promise<Float32Array> {
  const values = await tensor.data();
  if (!(values instanceof Float32Array)) throw new Error(`Expected floats, got ${tensor.dtype}.`);
  return values;
}

/** NaN where either side is not a number, which no bound admits. */
function largestGap(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return NaN;
  let largest = 0;
  for (let index = 0; index < actual.length; index++) {
    const gap = Math.abs((actual[index] ?? NaN) - (expected[index] ?? NaN));
    if (!(gap <= largest)) largest = gap;
    if (Number.isNaN(gap)) return NaN;
  }
  return largest;
}

function largestRowGap(probs: Float32Array, keyCount: number): number {
  let largest = 0;
  for (let start = 0; start < probs.length; start += keyCount) {
    const sum = probs.subarray(start, start + keyCount).reduce((total, value) => total + value, 0);
    largest = Math.max(largest, Math.abs(sum - 1));
  }
  return largest;
}
