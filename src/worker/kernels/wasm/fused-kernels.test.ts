import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { useNodeBackend } from '../../../../e2e/harness/node-backends.ts';
import { startNodeKernels } from '../../../../e2e/harness/node-kernels.ts';
import { ONE_QUERY, runKernel } from '../custom-kernel.ts';
import { gelu, geluByErf } from '../gelu.ts';
import { addAndNormalize, layerNorm, plainLayerNorm } from '../layer-norm.ts';
import { prepareAttention, selfAttention } from '../self-attention.ts';
import { dispose, tidy } from '../tensors.ts';
import { type WasmKernels, withoutKernels } from './wasm-kernels.ts';

let kernels: WasmKernels;

beforeAll(async () => {
  await useNodeBackend('wasm');
  kernels = startNodeKernels();
});

const random = (shape: number[], seed: number, deviation = 1): tf.Tensor =>
  tf.randomNormal(shape, 0, deviation, 'float32', seed);
const matrix = (rows: number, columns: number, seed: number): tf.Tensor2D =>
  tf.randomNormal<tf.Rank.R2>([rows, columns], 0, 1, 'float32', seed);
const vector = (size: number, seed: number): tf.Tensor1D =>
  tf.randomNormal<tf.Rank.R1>([size], 0, 1, 'float32', seed);

/** The largest difference between what our kernels answer and what plain operations do. */
function difference(compute: () => tf.Tensor, plain: () => tf.Tensor = compute): number {
  const before = tf.memory().numTensors;
  const ours = tf.tidy(compute);
  const expected = withoutKernels(kernels.backend, () => tf.tidy(plain));
  expect(ours.shape).toEqual(expected.shape);
  const values = expected.dataSync();
  const largest = Math.max(
    ...ours.dataSync().map((value, index) => Math.abs(value - (values[index] ?? NaN))),
  );
  dispose([ours, expected]);
  expect(tf.memory().numTensors).toBe(before);
  return largest;
}

const SHAPES: number[][] = [[1], [3, 1], [2, 3], [5, 4], [3, 7], [257], [2, 3, 31], [10, 1030]];

describe('row kernels', () => {
  it.each(SHAPES)('softmax of [%i, %i, %i]', (...shape) => {
    const logits = random(shape, 1, 6);
    expect(difference(() => tf.softmax(logits))).toBeLessThan(3e-7);
    logits.dispose();
  });

  it('softmax of scores that overflow an exponential, are masked, or are no numbers', () => {
    const scores = tf.tensor2d([
      [1000, 0, -1000, 1000, -1e9],
      [-1e9, -1e9, 3, -Infinity, -1e9],
      [NaN, 1, 2, 3, 4],
    ]);
    const probs = tf.softmax(scores);
    const values = [...probs.dataSync()];
    expect(values.slice(0, 10)).toEqual([0.5, 0, 0, 0.5, 0, 0, 0, 1, 0, 0]);
    for (const value of values.slice(10)) expect(value).toBeNaN();
    dispose([scores, probs]);
  });

  it.each(SHAPES)('gelu of [%i, %i, %i]', (...shape) => {
    const x = random(shape, 1, 3);
    const compute = () => gelu(x);
    expect(difference(compute, () => geluByErf(x))).toBeLessThan(1e-6);
    x.dispose();
  });

  it.each([
    [1, 1],
    [2, 3],
    [5, 4],
    [3, 1023],
    [257, 192],
  ])('layer normalisation of [%i, %i], alone and of a sum', (rows, width) => {
    const [x, added] = [matrix(rows, width, 1), matrix(rows, width, 2)];
    const norm = { scale: vector(width, 3), shift: vector(width, 4), epsilon: 1e-5 };
    const plain = () => plainLayerNorm(x, norm);
    expect(difference(() => layerNorm(x, norm), plain)).toBeLessThan(5e-6);
    const plainOfSum = () => plainLayerNorm(tf.add(x, added), norm);
    expect(difference(() => addAndNormalize(x, added, norm), plainOfSum)).toBeLessThan(5e-6);
    dispose([x, added, norm]);
  });
});

describe('attention kernels', () => {
  it.each([
    [1, 1, 1],
    [7, 3, 5],
    [9, 2, 8],
    [49, 3, 33],
    [100, 2, 64],
  ])('%i tokens, %i heads of %i', (tokenCount, headCount, headSize) => {
    const width = headCount * headSize;
    const hidden = matrix(tokenCount, width, 1);
    const projection = (seed: number) => ({
      weight: tf.tidy(() => tf.mul<tf.Tensor2D>(matrix(width, width, seed), width ** -0.5)),
      bias: vector(width, seed + 1),
    });
    const projections = {
      query: projection(2),
      key: projection(4),
      value: projection(6),
      headCount,
    };
    const weights = prepareAttention(projections, 'batched');
    for (const part of ['probs', 'context'] as const) {
      const compute = () => selfAttention(hidden, weights)[part];
      expect(difference(compute)).toBeLessThan(part === 'probs' ? 1e-6 : 5e-6);
    }
    dispose([hidden, projections, weights]);
  });

  it.each([
    [1, 1, 1, 1],
    [8, 32, 5, 32],
    [6, 33, 33, 7],
    [3, 10, 9, 64],
  ])('one query: %i groups, %i keys of which %i are seen, size %i', (groups, keys, seen, size) => {
    const query = random([groups, 1, size], 1);
    const [key, value] = [random([groups, keys, size], 2), random([groups, keys, size], 3)];
    const run = () =>
      runKernel<[tf.Tensor, tf.Tensor]>(
        ONE_QUERY,
        { query, keys: key, values: value },
        { seenCount: seen },
      );
    const plain = () => {
      const mask = Array.from({ length: keys }, (_, index) => (index < seen ? 0 : -1e9));
      const probs = tf.softmax(tf.add(tf.matMul(query, key, false, true), mask));
      return { probs, context: tf.matMul(probs, value) };
    };
    expect(
      difference(
        () => run()[0],
        () => plain().probs,
      ),
    ).toBeLessThan(1e-6);
    expect(
      difference(
        () => run()[1],
        () => plain().context,
      ),
    ).toBeLessThan(5e-6);
    dispose([query, key, value]);
  });

  it('refuse what they cannot compute', () => {
    const query = random([1, 1, 4], 1);
    const keys = random([1, 3, 4], 2);
    const ask = () => runKernel(ONE_QUERY, { query, keys, values: keys }, { seenCount: 4 });
    expect(() => tidy(ask)).toThrow('cannot compute');
    dispose([query, keys]);
  });
});
