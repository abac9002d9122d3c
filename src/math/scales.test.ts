import { describe, expect, it } from 'vitest';
import { createScale, extentOf, linearScale, logScale, quantileScale } from './scales.ts';

describe('linear', () => {
  it('goes from 0 to the largest value', () => {
    const scale = createScale('linear', [0.02, 0.08, 0.04]);
    expect([scale.min, scale.max]).toEqual([0, 0.08]);
    expect(scale.toUnit(0.04)).toBeCloseTo(0.5);
    expect(scale.toValue(0.25)).toBeCloseTo(0.02);
  });

  it('is symmetric around zero for signed values', () => {
    const scale = createScale('linear', [-1, 3]);
    expect([scale.min, scale.max]).toEqual([-3, 3]);
    expect(scale.toUnit(0)).toBe(0.5);
  });

  it('starts at the smallest value where zero is not asked for', () => {
    const scale = createScale('linear', [2, 4], { includeZero: false });
    expect([scale.min, scale.max]).toEqual([2, 4]);
  });

  it('clamps what lies outside and keeps NaN', () => {
    const scale = linearScale(0, 2);
    expect(scale.toUnit(-1)).toBe(0);
    expect(scale.toUnit(5)).toBe(1);
    expect(scale.toUnit(Number.POSITIVE_INFINITY)).toBe(1);
    expect(scale.toUnit(Number.NaN)).toBeNaN();
  });

  it('refuses ends out of order', () => {
    expect(() => linearScale(1, 1)).toThrow(RangeError);
    expect(() => linearScale(Number.NaN, 1)).toThrow(RangeError);
  });
});

describe('log', () => {
  it('gives each decade the same length', () => {
    const scale = logScale(0.001, 1);
    expect(scale.toUnit(0.01)).toBeCloseTo(1 / 3);
    expect(scale.toValue(2 / 3)).toBeCloseTo(0.1);
  });

  it('draws zero and all else under the floor as the floor', () => {
    const scale = createScale('log', [0, 0.01, 1]);
    expect(scale.floor).toBe(0.01);
    expect(scale.toUnit(0)).toBe(0);
    expect(scale.toUnit(0.001)).toBe(0);
    expect(scale.toUnit(1)).toBe(1);
    expect(scale.toUnit(Number.NaN)).toBeNaN();
  });

  it('shows four decades at most', () => {
    expect(createScale('log', [1e-30, 1]).floor).toBe(1e-4);
  });

  it('tells a single positive value from zeros', () => {
    const scale = createScale('log', [0, 0.5]);
    expect(scale.toUnit(0)).toBe(0);
    expect(scale.toUnit(0.5)).toBe(1);
  });

  it('has nothing to tell apart without positive values', () => {
    expect(createScale('log', [-2, 0]).constant).toBe(0);
  });
});

describe('quantile', () => {
  it('draws a value as its rank', () => {
    const scale = createScale('quantile', [100, 1, 10, 1000, 10_000]);
    expect([1, 10, 100, 1000, 10_000].map((value) => scale.toUnit(value))).toEqual([
      0, 0.25, 0.5, 0.75, 1,
    ]);
  });

  it('puts ties at the middle of their ranks', () => {
    expect(quantileScale([1, 2, 2, 2, 3]).toUnit(2)).toBe(0.5);
  });

  it('puts values between two ranks between them', () => {
    const scale = quantileScale([0, 10, 20]);
    expect(scale.toUnit(15)).toBeCloseTo(0.75);
    expect(scale.toValue(0.75)).toBe(15);
  });

  it('keeps the true ends of a sample too long to sort', () => {
    const sample = new Float32Array(200_000).map((_, i) => (i % 1000) / 1000);
    sample[7] = 5;
    const scale = createScale('quantile', sample);
    expect(scale.max).toBe(5);
    expect(scale.toUnit(0.5)).toBeCloseTo(0.5, 2);
  });
});

describe('a constant sample', () => {
  it.each(['linear', 'log', 'quantile'] as const)('is announced by the %s scale', (kind) => {
    const scale = createScale(kind, new Float32Array(256).fill(1 / 256));
    expect(scale.constant).toBeCloseTo(1 / 256);
    expect(scale.toUnit(1 / 256)).toBe(0.5);
    expect(scale.toValue(0.3)).toBeCloseTo(1 / 256);
  });

  it('includes values that differ only by rounding', () => {
    expect(createScale('linear', [0.1, 0.1 + 1e-18, 0.1 - 1e-9]).constant).not.toBeNull();
  });

  it('is zero where there is no finite value at all', () => {
    expect(createScale('linear', []).constant).toBe(0);
    expect(createScale('quantile', [Number.NaN]).constant).toBe(0);
  });
});

it('leaves values that are not finite out of the domain', () => {
  const scale = createScale('linear', [0, 1, Number.NaN, Number.POSITIVE_INFINITY]);
  expect(scale.max).toBe(1);
});

it.each(['linear', 'log', 'quantile'] as const)('toValue inverts toUnit (%s)', (kind) => {
  const sample = Array.from({ length: 40 }, (_, i) => 0.001 * 1.17 ** i);
  const scale = createScale(kind, sample);
  for (const value of sample) expect(scale.toValue(scale.toUnit(value))).toBeCloseTo(value, 9);
});

it.each(['linear', 'log', 'quantile'] as const)(
  'a scale is the same whether the extent of its sample is known: %s',
  (kind) => {
    const sample = Float32Array.from(
      { length: 40_000 },
      (_, at) => ((at * 7919) % 40_009) / 40_009,
    );
    sample[5] = Number.NaN;
    const [plain, known] = [
      createScale(kind, sample),
      createScale(kind, sample, { extent: extentOf(sample) }),
    ];
    expect([known.min, known.max, known.floor]).toEqual([plain.min, plain.max, plain.floor]);
    for (const value of [0, 0.001, 0.3, 0.9, 1])
      expect(known.toUnit(value)).toBe(plain.toUnit(value));
  },
);
