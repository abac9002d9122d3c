import { expect, it } from 'vitest';

import { meanEntropy } from './entropy.ts';

it('is log(keys) for uniform rows and 0 for rows with one key', () => {
  expect(meanEntropy(new Float32Array(16).fill(0.25), 4)).toBeCloseTo(Math.log(4), 6);
  expect(meanEntropy(Float32Array.of(0, 1, 0, 1, 0, 0), 3)).toBe(0);
});

it('is the mean over queries', () => {
  const probs = Float32Array.of(0.5, 0.5, 1, 0);
  expect(meanEntropy(probs, 2)).toBeCloseTo(Math.log(2) / 2, 6);
});
