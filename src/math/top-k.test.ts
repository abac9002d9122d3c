import { expect, it } from 'vitest';
import { topK } from './top-k.ts';

it('gives the largest first', () => {
  expect(topK([0.1, 0.7, 0.2, 0.9], 2)).toEqual([3, 1]);
});

it('prefers the earlier of equal values', () => {
  expect(topK([1, 2, 2, 1], 3)).toEqual([1, 2, 0]);
});

it('leaves NaN out and stops at the end', () => {
  expect(topK([Number.NaN, 1], 5)).toEqual([1]);
  expect(topK([1, 2], 0)).toEqual([]);
});

it('agrees with sorting', () => {
  const values = Array.from({ length: 100 }, (_, i) => (i * 37) % 101);
  const sorted = values
    .map((value, index) => ({ value, index }))
    .toSorted((a, b) => b.value - a.value)
    .slice(0, 7);
  expect(topK(values, 7)).toEqual(sorted.map(({ index }) => index));
});
