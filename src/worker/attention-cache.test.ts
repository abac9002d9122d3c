import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { useNodeBackend } from '../../e2e/harness/node-backends.ts';
import { AttentionCache, type RunAttention } from './attention-cache.ts';

const size = { layerCount: 4, headCount: 2, tokenCount: 3 };
const layerSize = 4 * 2 * 3 * 3;
let tensorCount = 0;

beforeAll(() => useNodeBackend('cpu'));
beforeEach(() => {
  tensorCount = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(tensorCount));

function layer(value: number): tf.Tensor3D {
  return tf.tensor3d(new Float32Array(18).fill(value), [2, 3, 3]);
}

/** A layer computed again is told from a kept one by its value. */
async function valueOf(run: RunAttention, index: number, keeps = true): Promise<number> {
  const compute = async () => layer(100 + index);
  return run.use(index, compute, keeps, (probs) => probs.dataSync()[0] ?? NaN);
}

function fullCache(): { cache: AttentionCache; run: RunAttention } {
  const cache = new AttentionCache(2 * layerSize);
  const run = cache.openRun(size);
  for (let index = 0; index < 4; index++) {
    run.makeRoom();
    // Never more than the budget, not even while a layer is added.
    expect(cache.bytes).toBeLessThanOrEqual(layerSize);
    run.put(index, layer(index));
  }
  return { cache, run };
}

it('keeps the last layers of a run, and computes the others', async () => {
  const { cache, run } = fullCache();
  expect(run.mostKept).toBe(2);
  expect([0, 1, 2, 3].filter((index) => run.has(index))).toEqual([2, 3]);
  expect(await valueOf(run, 3)).toBe(3);
  expect(await valueOf(run, 0)).toBe(100);
  expect(cache.bytes).toBe(2 * layerSize);
  // Layer 2 was used longest ago.
  expect([0, 1, 2, 3].filter((index) => run.has(index))).toEqual([0, 3]);
  run.dispose();
  expect(cache.bytes).toBe(0);
});

it('work through all layers leaves what is kept in place', async () => {
  const { run } = fullCache();
  for (let index = 0; index < 4; index++) await valueOf(run, index, false);
  expect([0, 1, 2, 3].filter((index) => run.has(index))).toEqual([2, 3]);
  run.dispose();
});

it('a new run takes the place of an older one’s layers', async () => {
  const { cache, run } = fullCache();
  const other = cache.openRun(size);
  other.makeRoom();
  other.put(0, layer(7));
  expect(run.has(2)).toBe(false);
  expect(run.has(3)).toBe(true);
  expect(await valueOf(other, 0)).toBe(7);
  run.dispose();
  other.dispose();
});

it('a layer in use outlives its place in the cache', async () => {
  const { cache, run } = fullCache();
  const reading = run.use(
    3,
    () => Promise.reject(new Error('kept')),
    true,
    async (probs) => {
      await Promise.resolve();
      return probs.dataSync()[0];
    },
  );
  run.dispose();
  expect(cache.bytes).toBe(0);
  expect(await reading).toBe(3);
});

it('a layer larger than the budget is computed each time, and not kept', async () => {
  const cache = new AttentionCache(layerSize - 1);
  const run = cache.openRun(size);
  expect(run.mostKept).toBe(0);
  run.makeRoom();
  run.put(0, layer(0));
  expect(cache.bytes).toBe(0);
  expect(await valueOf(run, 0)).toBe(100);
  expect(cache.bytes).toBe(0);
  expect(await valueOf(run, 0)).toBe(100);
});

it('two readings that compute the same layer at once keep one', async () => {
  const cache = new AttentionCache(4 * layerSize);
  const run = cache.openRun(size);
  expect(await Promise.all([valueOf(run, 1), valueOf(run, 1)])).toEqual([101, 101]);
  expect(cache.bytes).toBe(layerSize);
  run.dispose();
});

it('what cannot be computed leaves nothing behind', async () => {
  const { cache, run } = fullCache();
  const failing = run.use(
    0,
    () => Promise.reject(new Error('gone')),
    true,
    () => 0,
  );
  await expect(failing).rejects.toThrow('gone');
  expect(cache.bytes).toBeLessThanOrEqual(2 * layerSize);
  run.dispose();
});
