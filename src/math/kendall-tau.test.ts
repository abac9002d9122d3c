import { describe, expect, it } from 'vitest';

import { kendallTauB } from './kendall-tau.ts';
import { createRandom } from './seeded-random.ts';

/** Every pair compared: the definition. */
function tauOfAllPairs(a: readonly number[], b: readonly number[]): number {
  let score = 0;
  let untiedInA = 0;
  let untiedInB = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const signA = Math.sign((a[i] ?? 0) - (a[j] ?? 0));
      const signB = Math.sign((b[i] ?? 0) - (b[j] ?? 0));
      score += signA * signB;
      untiedInA += signA ** 2;
      untiedInB += signB ** 2;
    }
  }
  return score / Math.sqrt(untiedInA * untiedInB);
}

describe('kendallTauB', () => {
  it.each<[string, number[], number[], number]>([
    ['one order', [1, 2, 3, 4], [10, 20, 30, 40], 1],
    ['the opposite order', [1, 2, 3, 4], [4, 3, 2, 1], -1],
    // The example of scipy.stats.kendalltau: τ-b = -0.4714045207910316.
    ['ties', [12, 2, 1, 12, 2], [1, 4, 7, 1, 0], -0.4714045207910316],
    // 4 pairs agree, 2 do not: (4 - 2) / 6.
    ['by hand', [1, 2, 3, 4], [2, 1, 4, 3], 1 / 3],
    // Pairs: 1 tied in both, the others agree.
    ['a tie in both', [1, 1, 2], [5, 5, 6], 1],
  ])('%s', (_, a, b, expected) => {
    expect(kendallTauB(a, b)).toBeCloseTo(expected, 12);
    expect(kendallTauB(b, a)).toBeCloseTo(expected, 12);
  });

  it.each([
    [2, 1e9],
    [9, 3],
    [64, 8],
    [65, 1e9],
    [100, 2],
    [257, 40],
  ])('equals the definition: %d values of %d levels', (count, levels) => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = createRandom(seed * 1000 + count);
      const draw = (): number[] =>
        Array.from({ length: count }, () => Math.floor(random() * levels) - levels / 2);
      const [a, b] = [draw(), draw()];
      expect(kendallTauB(a, b)).toBeCloseTo(tauOfAllPairs(a, b), 12);
    }
  });

  it('takes infinities as the largest and the smallest', () => {
    expect(kendallTauB([-Infinity, 0, Infinity, Infinity], [1, 2, 3, 3])).toBeCloseTo(1, 12);
  });

  it('is not defined for one value alone, nothing, or a NaN', () => {
    expect(kendallTauB([1, 1, 1], [1, 2, 3])).toBeNull();
    expect(kendallTauB([1, 2, 3], [0, 0, 0])).toBeNull();
    expect(kendallTauB([], [])).toBeNull();
    expect(kendallTauB([1], [1])).toBeNull();
    expect(kendallTauB([1, Number.NaN, 2], [1, 2, 3])).toBeNull();
  });

  it('leaves its arguments alone, and refuses different lengths', () => {
    const a = Float32Array.of(3, 1, 2);
    kendallTauB(a, [1, 2, 3]);
    expect([...a]).toEqual([3, 1, 2]);
    expect(() => kendallTauB([1, 2], [1])).toThrow(RangeError);
  });

  it('takes no time for many values', () => {
    const random = createRandom(1);
    const draw = (): Float64Array => Float64Array.from({ length: 50_000 }, random);
    const tau = kendallTauB(draw(), draw());
    expect(Math.abs(tau ?? 1)).toBeLessThan(0.02);
  });
});
