import { describe, expect, it } from 'vitest';

import { narrowToHalf, widenBfloat, widenHalf } from './half-floats.ts';

describe('widenHalf', () => {
  it('widens zeros, subnormals, ordinary numbers, the largest and the infinite', () => {
    const bits = [0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0xc000, 0x3555, 0x7bff, 0xfc00];
    expect([...widenHalf(Uint16Array.from(bits))]).toEqual([
      0,
      -0,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      1,
      -2,
      0.333251953125,
      65504,
      -Infinity,
    ]);
  });

  it('keeps what is not a number', () => {
    expect(widenHalf(Uint16Array.of(0x7e00, 0xfc01))).toEqual(Float32Array.of(NaN, NaN));
  });
});

describe('narrowToHalf', () => {
  it('gives every finite half back', () => {
    const bits = Uint16Array.from({ length: 0x10000 }, (_, half) => half).filter(
      (half) => (half & 0x7c00) !== 0x7c00,
    );
    expect(narrowToHalf(widenHalf(bits))).toEqual(bits);
  });

  it('takes the nearest, and of two as near the even one', () => {
    const step = 2 ** -10;
    const values = [1 + 0.49 * step, 1 + 0.5 * step, 1 + 1.5 * step, -1 - 0.51 * step, 65_519];
    const nearest = [1, 1, 1 + 2 * step, -1 - step, 65_504];
    const bits = narrowToHalf(Float32Array.from(values));
    expect(bits && [...widenHalf(bits)]).toEqual(nearest);
    const small = narrowToHalf(Float32Array.of(2 ** -25, 3 * 2 ** -25, 2 ** -30, -(2 ** -24)));
    expect(small && [...widenHalf(small)]).toEqual([0, 2 ** -23, 0, -(2 ** -24)]);
  });

  it.each([65_520, -1e6, Infinity, NaN])('has no place for %d', (value) => {
    expect(narrowToHalf(Float32Array.of(1, value))).toBeNull();
  });
});

describe('widenBfloat', () => {
  it('is the upper half of a single', () => {
    const bits = [0x0000, 0x8000, 0x3f80, 0xc040, 0x7f80, 0x0001];
    expect([...widenBfloat(Uint16Array.from(bits))]).toEqual([0, -0, 1, -3, Infinity, 2 ** -133]);
  });
});
