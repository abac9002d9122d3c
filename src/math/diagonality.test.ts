import { describe, expect, it } from 'vitest';
import { diagonality } from './diagonality.ts';

const identity = (count: number, order = (index: number) => index) =>
  Float32Array.from({ length: count * count }, (_, place) =>
    order(Math.floor(place / count)) === place % count ? 1 : 0,
  );

describe('diagonality', () => {
  it('of the diagonal is 1', () => {
    expect(diagonality(identity(7), 7, 7)).toBe(1);
  });

  it('of uniform weight is 0', () => {
    expect(diagonality(new Float32Array(15).fill(1 / 5), 3, 5)).toBeCloseTo(0, 6);
  });

  it('of the other diagonal is below 0', () => {
    expect(
      diagonality(
        identity(6, (row) => 5 - row),
        6,
        6,
      ),
    ).toBeLessThan(0);
  });

  it('compares sequences of different lengths', () => {
    const stretched = Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1);
    // Each query stands 1/8 from its key; under uniform weight they would stand 5/16 apart.
    expect(diagonality(stretched, 4, 2)).toBeCloseTo(0.6, 12);
  });

  it('of one key says nothing', () => {
    expect(diagonality(Float32Array.of(1, 1), 2, 1)).toBeNaN();
  });

  it('refuses a size that does not fit', () => {
    expect(() => diagonality(new Float32Array(5), 2, 3)).toThrow(RangeError);
  });
});
