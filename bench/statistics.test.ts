import { expect, it } from 'vitest';
import { percentile, summarise } from './statistics.mjs';

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
