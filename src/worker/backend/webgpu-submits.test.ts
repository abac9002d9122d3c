import { env } from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';

import { submitSeldom } from './webgpu-submits.ts';

// Registered by the backend's package, which needs a browser.
beforeAll(() => env().registerFlag('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', () => 15));

function countSubmits(sizes: readonly number[]): number[] {
  const submits: number[] = [];
  let ran = 0;
  const backend = {
    ensureCommandEncoderReady: () => {},
    endComputePassEncoder: () => {},
    submitQueue: () => submits.push(ran),
    runWebGPUProgram: () => {
      const shape = [sizes[ran] ?? 0, 2 ** 20];
      ran += 1;
      return { dataId: {}, shape, dtype: 'float32' as const };
    },
  };
  submitSeldom(backend);
  for (const _ of sizes) backend.runWebGPUProgram();
  return submits;
}

it('a pass of small tensors is submitted by its read-back alone', () => {
  expect(countSubmits(Array.from({ length: 15 }, () => 1))).toEqual([]);
  expect(env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')).toBeGreaterThan(100);
});

it('what was made is submitted before it takes more than 64 MiB', () => {
  // In units of 4 MiB, after the fourth and the sixth program.
  expect(countSubmits([8, 4, 4, 1, 16, 1, 2])).toEqual([4, 6]);
});
