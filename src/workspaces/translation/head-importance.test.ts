import { expect, it } from 'vitest';
import { importanceOfHeads, largestSize } from './head-importance.ts';

const measured = {
  logProbabilities: Float32Array.of(-1, -2),
  without: {
    // Of two heads: the first costs 3 and 0.5 nats, the second helps to leave out.
    cross: Float32Array.of(-4, -2.5, -1, -1.25),
    encoder: null,
    decoder: Float32Array.of(),
  },
};

it('what goes with a head is what the target is less likely without it', () => {
  expect(importanceOfHeads(measured, 'cross', null)).toEqual(Float32Array.of(3.5, -0.75));
  expect(importanceOfHeads(measured, 'cross', 1)).toEqual(Float32Array.of(0.5, -0.75));
});

it('a stack that the model lacks has none', () => {
  expect(importanceOfHeads(measured, 'encoder', null)).toBeNull();
  expect(largestSize(null)).toBe(0);
  expect(largestSize(Float32Array.of(1, -3))).toBe(3);
});
