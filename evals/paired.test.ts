import { describe, expect, it } from 'vitest';
import { meanOf, pairedDifference, studentQuantile } from './paired.mjs';

describe('meanOf', () => {
  it('has the standard error of the mean', () => {
    const { mean, error } = meanOf([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(mean).toBe(5);
    // 32 / 7 is the variance.
    expect(error).toBeCloseTo(Math.sqrt(32 / 7 / 8), 12);
  });

  it('has no error of one value, and no mean of none', () => {
    expect(meanOf([3])).toEqual({ mean: 3, error: null });
    expect(meanOf([])).toEqual({ mean: null, error: null });
  });
});

describe('pairedDifference', () => {
  it('takes pairs, not two groups', () => {
    // The pictures differ a lot, the two on each of them little and always in one direction.
    const others = [0.1, 0.9, 0.4, 0.7, 0.2];
    const values = [0.12, 0.91, 0.42, 0.71, 0.22];
    const { difference, low, high } = pairedDifference(values, others);
    expect(difference).toBeCloseTo(0.016, 12);
    // s = 0.0054772, t(4) = 2.776.
    const reach = (2.7764451 * 0.00547722557505166) / Math.sqrt(5);
    expect(low).toBeCloseTo(0.016 - reach, 4);
    expect(high).toBeCloseTo(0.016 + reach, 4);
  });

  it('has no interval for fewer than four pictures', () => {
    expect(pairedDifference([1, 2, 3], [0, 0, 0])).toEqual({
      difference: 2,
      low: null,
      high: null,
    });
    expect(() => pairedDifference([1], [])).toThrow(RangeError);
  });
});

it.each([
  [3, 3.1824463],
  [5, 2.5705818],
  [10, 2.2281389],
  [30, 2.0422725],
  [499, 1.9647293],
])('studentQuantile of %d degrees of freedom is in the tables', (freedom, expected) => {
  expect(Math.abs(studentQuantile(freedom) / expected - 1)).toBeLessThan(
    freedom < 5 ? 0.01 : 0.001,
  );
});
