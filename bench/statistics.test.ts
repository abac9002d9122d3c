import { expect, it } from 'vitest';
import { fitExponent, percentile, summarise } from './statistics.mjs';

it('takes percentiles by nearest rank', () => {
  const values = [15, 20, 35, 40, 50];
  expect(percentile(values, 0.05)).toBe(15);
  expect(percentile(values, 0.3)).toBe(20);
  expect(percentile(values, 0.4)).toBe(20);
  expect(percentile(values, 0.5)).toBe(35);
  expect(percentile(values, 1)).toBe(50);
  expect(percentile([], 0.5)).toBeNaN();
});

it('summarises in the order of size, not of spelling', () => {
  expect(summarise([100, 9, 20])).toEqual({ p50: 20, p95: 100, min: 9, max: 100, count: 3 });
});

it('finds the exponent of a power law', () => {
  const sizes = [64, 256, 1024, 2304];
  expect(
    fitExponent(
      sizes,
      sizes.map((size) => 3 * size ** 1.7),
    ),
  ).toBeCloseTo(1.7, 12);
  expect(fitExponent([1, 2, 4], [5, 5, 5])).toBeCloseTo(0, 12);
});
