import { describe, expect, it } from 'vitest';

import { areaUnder } from './trapezoid-area.ts';

describe('areaUnder', () => {
  it('counts both ends by half, and steps by their width', () => {
    expect(areaUnder([0, 0.5, 1], [1, 0.5, 0])).toBeCloseTo(0.5, 12);
    expect(areaUnder([0, 0.25, 1], [1, 0, 1])).toBeCloseTo(0.125 + 0.375, 12);
    expect(areaUnder([0, 1], [0.3, 0.3])).toBeCloseTo(0.3, 12);
  });

  it('is not the mean of the points', () => {
    // The mean is 0.25 with the 0 % point, and 0 without it.
    expect(areaUnder([0, 1 / 3, 2 / 3, 1], [1, 0, 0, 0])).toBeCloseTo(1 / 6, 12);
  });

  it('is 0 without a width, and refuses different lengths', () => {
    expect(areaUnder([], [])).toBe(0);
    expect(areaUnder([0.4], [1])).toBe(0);
    expect(() => areaUnder([0, 1], [1])).toThrow(RangeError);
  });
});
