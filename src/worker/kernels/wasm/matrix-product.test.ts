import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { useNodeBackend } from '../../../../e2e/harness/node-backends.ts';
import { startNodeKernels } from '../../../../e2e/harness/node-kernels.ts';
import { dispose } from '../tensors.ts';
import { type WasmKernels, withoutKernels } from './wasm-kernels.ts';

let kernels: WasmKernels;

beforeAll(async () => {
  await useNodeBackend('wasm');
  kernels = startNodeKernels();
});

const random = (shape: number[], seed: number): tf.Tensor =>
  tf.randomNormal(shape, 0, 1, 'float32', seed);

/** What the kernels answer and what tfjs's own do, with the largest difference to allow. */
function compare(compute: () => tf.Tensor, inner: number): void {
  const ours = tf.tidy(() => compute());
  const plain = withoutKernels(kernels.backend, () => tf.tidy(() => compute()));
  expect(ours.shape).toEqual(plain.shape);
  const expected = plain.dataSync();
  const largest = Math.max(
    ...ours.dataSync().map((value, index) => Math.abs(value - (expected[index] ?? NaN))),
  );
  expect(largest).toBeLessThan(1e-6 * Math.max(4, inner));
  dispose([ours, plain]);
}

/** Products of mixed sizes, each factor three times. */
function multiplyMany(count: number): void {
  for (let index = 0; index < count; index++) {
    const inner = 1 + (index % 60);
    const [a, b] = [random([1 + (index % 40), inner], index), random([inner, 30], index)];
    for (let time = 0; time < 3; time++) tf.dispose(tf.matMul(a, b));
    dispose([a, b]);
  }
}

/** rows, inner, columns: full tiles, every rest of rows and of columns, one of each, few rows. */
const SIZES = [
  [6, 4, 8],
  [1, 1, 1],
  [1, 7, 5],
  [1, 256, 100],
  [1, 33, 64],
  [2, 5, 40],
  [3, 9, 31],
  [5, 3, 33],
  [7, 16, 9],
  [11, 2, 17],
  [12, 40, 12],
  [13, 21, 66],
  [58, 31, 7],
  [257, 32, 257],
  [64, 1030, 10],
] as const;

describe('matrix products of our kernels', () => {
  it.each(SIZES)('%i × %i × %i, however the factors lie', (rows, inner, columns) => {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const a = random(transposeA ? [inner, rows] : [rows, inner], rows);
        const b = random(transposeB ? [columns, inner] : [inner, columns], columns);
        // Once as a factor seen for the first time, then with panels that are kept.
        for (let time = 0; time < 3; time++)
          compare(() => tf.matMul(a, b, transposeA, transposeB), inner);
        dispose([a, b]);
      }
    }
  });

  it.each(SIZES)('%i × %i × %i with a bias and an activation', (rows, inner, columns) => {
    const [a, b] = [random([rows, inner], 1), random([inner, columns], 2)];
    const bias = random([columns], 3);
    for (let time = 0; time < 3; time++) {
      for (const activation of ['linear', 'relu', 'sigmoid'] as const)
        compare(() => tf.fused.matMul({ a, b, bias, activation }), inner);
    }
    dispose([a, b, bias]);
  });

  it.each([
    ['of two', [3, 5, 7], [3, 7, 9]],
    ['of one left factor', [1, 5, 7], [4, 7, 9]],
    ['of one right factor', [4, 5, 7], [1, 7, 9]],
    ['of one right factor without a batch', [4, 5, 7], [7, 9]],
    ['of one left factor without a batch', [2, 7], [3, 7, 9]],
    ['of rank four', [2, 3, 5, 7], [2, 3, 7, 9]],
    ['of a single row', [8, 1, 32], [8, 32, 20]],
  ])('a batch %s', (_, shapeA, shapeB) => {
    const [a, b] = [random(shapeA, 1), random(shapeB, 2)];
    for (let time = 0; time < 3; time++) compare(() => tf.matMul(a, b), 7);
    dispose([a, b]);
  });

  it('leaves what it does not know to tfjs', () => {
    const [a, b] = [random([2, 1, 5, 7], 1), random([1, 3, 7, 9], 2)];
    compare(() => tf.matMul(a, b), 7);
    dispose([a, b]);
  });

  it('keeps the panels of a factor that comes back, until tfjs frees it', () => {
    const before = kernels.factors.keptBytes;
    const [a, b] = [random([20, 30], 1), random([30, 50], 2)];
    tf.dispose(tf.matMul(a, b));
    expect(kernels.factors.keptBytes).toBe(before);
    tf.dispose(tf.matMul(a, b));
    expect(kernels.factors.keptBytes).toBe(before + 4 * 30 * 56);
    // Another tensor of the same numbers.
    const view = tf.reshape(b, [50, 30]);
    compare(() => tf.matMul(a, view, false, true), 30);
    expect(kernels.factors.keptBytes).toBe(before + 4 * 30 * 56);
    b.dispose();
    expect(kernels.factors.keptBytes).toBe(before + 4 * 30 * 56);
    view.dispose();
    expect(kernels.factors.keptBytes).toBe(before);
    a.dispose();
  });

  it('takes no more memory over a thousand products of mixed sizes', () => {
    multiplyMany(60);
    const { keptBytes } = kernels.factors;
    const memory = kernels.memory.buffer.byteLength;
    multiplyMany(1000);
    expect(kernels.factors.keptBytes).toBe(keptBytes);
    expect(kernels.memory.buffer.byteLength).toBe(memory);
  });

  it('a number that is none stays none', () => {
    const [a, b] = [tf.tensor2d([NaN, 1], [1, 2]), tf.tensor2d([1, 2], [2, 1])];
    const product = tf.fused.matMul({ a, b, activation: 'relu' });
    expect(product.dataSync()[0]).toBeNaN();
    dispose([a, b, product]);
  });
});
