import { expect, it } from 'vitest';
import { createSortedLookup } from './sorted-lookup.ts';

const sorted = Float64Array.from([
  Number.NEGATIVE_INFINITY,
  -1e9,
  -2.5,
  -0.1,
  0,
  1e-30,
  0.1,
  0.1 + 1e-12,
  0.1 + 2e-12,
  3,
  4e20,
]);

it('counts the values below, also where they differ by less than a float32 can tell', () => {
  const countBelow = createSortedLookup(sorted);
  for (const value of [...sorted, -3, -1, -0, 1e-40, 0.05, 0.1 + 1.5e-12, 1, 5, 1e30])
    expect(countBelow(value)).toBe(sorted.filter((candidate) => candidate < value).length);
  expect(countBelow(Number.POSITIVE_INFINITY)).toBe(sorted.length);
});

it('counts none in an empty sample', () => {
  expect(createSortedLookup(new Float64Array(0))(1)).toBe(0);
});
