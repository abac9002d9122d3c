import { describe, expect, it } from 'vitest';

import { createRandom, shuffledIndices } from './seeded-random.ts';

describe('createRandom', () => {
  it('is mulberry32', () => {
    const random = createRandom(1);
    // From the published C code, in 32-bit arithmetic.
    expect([random(), random(), random()].map((value) => value * 2 ** 32)).toEqual([
      2693262067, 11749833, 2265367787,
    ]);
  });

  it('gives the same numbers for the same seed, and others for another', () => {
    const [first, second, third] = [7, 7, 8].map((seed) =>
      Array.from({ length: 5 }, createRandom(seed)),
    );
    expect(first).toEqual(second);
    expect(first).not.toEqual(third);
  });

  it('stays from 0 to below 1, around one half', () => {
    const random = createRandom(3);
    const values = Array.from({ length: 10_000 }, () => random());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 2);
  });
});

describe('shuffledIndices', () => {
  it('holds every index once', () => {
    const shuffled = shuffledIndices(100, createRandom(5));
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(shuffled).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(shuffledIndices(0, createRandom(5))).toEqual([]);
  });

  it('has every order of three as often as any other', () => {
    const random = createRandom(11);
    const counts = new Map<string, number>();
    for (let round = 0; round < 6000; round++) {
      const order = shuffledIndices(3, random).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Six standard deviations of a binomial with n = 6000, p = 1/6.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(173);
  });
});
