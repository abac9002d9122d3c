import { describe, expect, it } from 'vitest';

import { widenBfloat, widenHalf } from './half-floats.ts';

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

describe('widenBfloat', () => {
  it('is the upper half of a single', () => {
    const bits = [0x0000, 0x8000, 0x3f80, 0xc040, 0x7f80, 0x0001];
    expect([...widenBfloat(Uint16Array.from(bits))]).toEqual([0, -0, 1, -3, Infinity, 2 ** -133]);
  });
});
