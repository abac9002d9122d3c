import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it, vi } from 'vitest';

import { useNodeBackend } from '../../../../e2e/harness/node-backends.ts';
import { startNodeKernels } from '../../../../e2e/harness/node-kernels.ts';
import { dispose } from '../tensors.ts';
import { type WasmKernels, withoutKernels } from './wasm-kernels.ts';

let kernels: WasmKernels;

beforeAll(async () => {
  await useNodeBackend('wasm');
  kernels = startNodeKernels();
});

/** shape, begin, size: whole, a row, a column, short and long runs, pieces within, up to the end. */
const BOXES = [
  [[5], [1], [3]],
  [
    [4, 6],
    [0, 0],
    [4, 6],
  ],
  [
    [4, 6],
    [2, 0],
    [1, 6],
  ],
  [
    [4, 6],
    [0, 5],
    [4, 1],
  ],
  [
    [7, 100],
    [1, 3],
    [5, 90],
  ],
  [
    [3, 9, 9],
    [0, 4, 0],
    [3, 1, 9],
  ],
  [
    [3, 9, 9],
    [0, 0, 8],
    [3, 9, 1],
  ],
  [
    [3, 9, 9],
    [1, 0, 0],
    [2, 9, 9],
  ],
  [
    [2, 5, 40],
    [1, 1, 2],
    [1, -1, 33],
  ],
  [
    [2, 3, 4, 5],
    [0, 1, 1, 2],
    [2, 2, 3, 3],
  ],
  [
    [2, 1, 3, 2, 4],
    [1, 0, 1, 0, 1],
    [-1, 1, 2, 2, 2],
  ],
] as const;

it.each(BOXES)('of [%s] from [%s] so many as [%s], as tfjs has it', (shape, begin, size) => {
  for (const dtype of ['float32', 'int32'] as const) {
    const x = tf.randomUniform([...shape], -1000, 1000, dtype, 1);
    const take = () => tf.slice(x, [...begin], [...size]);
    const ours = take();
    const plain = withoutKernels(kernels.backend, take);
    expect(ours.shape).toEqual(plain.shape);
    expect(ours.dtype).toBe(dtype);
    expect([...ours.dataSync()]).toEqual([...plain.dataSync()]);
    dispose([x, ours, plain]);
  }
});

it('copies nothing out of the module’s memory', () => {
  const x = tf.randomUniform([3, 50, 50], 0, 1, 'float32', 1);
  const readSync = vi.spyOn(kernels.backend, 'readSync');
  const row = tf.slice(x, [0, 7, 0], [3, 1, 50]);
  expect(readSync).not.toHaveBeenCalled();
  readSync.mockRestore();
  dispose([x, row]);
});

it('of nothing, and of what tfjs takes besides, is what tfjs answers', () => {
  const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
  const empty = tf.slice(x, [1, 1], [0, 2]);
  expect(empty.shape).toEqual([0, 2]);
  const first = tf.slice(x, [1]);
  expect([...first.dataSync()]).toEqual([4, 5, 6]);
  const flags = tf.slice(tf.tensor1d([true, false, true], 'bool'), [1], [2]);
  expect([...flags.dataSync()]).toEqual([0, 1]);
  dispose([x, empty, first, flags]);
});

it('is refused outside the tensor', () => {
  const x = tf.zeros([2, 3]);
  expect(() => tf.slice(x, [0, 2], [2, 2])).toThrow('slice: [0,2] and [2,2] of [2,3]');
  x.dispose();
});
