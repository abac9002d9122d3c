import { describe, expect, it } from 'vitest';

import { jensenShannon, totalVariation } from './distribution-distance.ts';
import { createRandom } from './seeded-random.ts';

const DISTANCES = { totalVariation, jensenShannon };

function randomDistribution(length: number, random: () => number): Float32Array {
  const values = Array.from({ length }, () => random() ** 6);
  const sum = values.reduce((total, value) => total + value, 0);
  return Float32Array.from(values, (value) => value / sum);
}

describe.each(Object.entries(DISTANCES))('%s', (_, distance) => {
  it('is 0 for equal ones and 1 for two with nothing in common', () => {
    expect(distance([0.2, 0.8, 0], [0.2, 0.8, 0])).toBe(0);
    expect(distance([1, 0, 0], [0, 0.4, 0.6])).toBeCloseTo(1, 12);
    expect(distance([], [])).toBe(0);
  });

  it('is symmetric and stays from 0 to 1', () => {
    const random = createRandom(1);
    for (let round = 0; round < 50; round++) {
      const [p, q] = [randomDistribution(20, random), randomDistribution(20, random)];
      expect(distance(p, q)).toBeCloseTo(distance(q, p), 12);
      expect(distance(p, q)).toBeGreaterThan(0);
      expect(distance(p, q)).toBeLessThanOrEqual(1);
      // Rounding must not leave the bounds.
      expect(distance(p, p)).toBe(0);
    }
  });

  it('refuses different lengths', () => {
    expect(() => distance([1], [0.5, 0.5])).toThrow(RangeError);
  });
});

it('totalVariation is half the sum of the differences', () => {
  expect(totalVariation([0.5, 0.3, 0.2], [0.1, 0.6, 0.3])).toBeCloseTo(0.4, 12);
});

it('jensenShannon is in bits', () => {
  // H(3/4, 1/4) - (H(1, 0) + H(1/2, 1/2)) / 2
  const expected = -(0.75 * Math.log2(0.75) + 0.25 * Math.log2(0.25)) - 0.5;
  expect(jensenShannon([1, 0], [0.5, 0.5])).toBeCloseTo(expected, 12);
});
