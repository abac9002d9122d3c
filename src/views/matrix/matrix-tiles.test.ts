import { expect, it } from 'vitest';
import { createPyramid, levelFor } from './matrix-tiles.ts';

it('takes the level whose cells fill a pixel', () => {
  expect([3, 1, 0.9, 0.5, 0.3, 0.25].map(levelFor)).toEqual([0, 0, 1, 1, 2, 2]);
});

it('keeps a single peak at every level of the maxima', () => {
  const values = new Float32Array(100 * 100);
  values[57 * 100 + 31] = 1;
  const pyramid = createPyramid({ values, columns: 100, rows: 100 }, 'max');
  for (const level of [0, 1, 2, 3, 6]) {
    const { values: pooled, columns } = pyramid.level(level);
    const size = 2 ** level;
    expect(pooled[Math.floor(57 / size) * columns + Math.floor(31 / size)]).toBe(1);
  }
});

it('keeps the mass at every level of the means', () => {
  const values = new Float32Array(64 * 64).map((_, i) => i % 7);
  const pyramid = createPyramid({ values, columns: 64, rows: 64 }, 'mean');
  const total = values.reduce((sum, value) => sum + value, 0);
  const mass = pyramid.level(3).values.reduce((sum, value) => sum + value, 0) * 64;
  expect(mass).toBeCloseTo(total, 0);
  expect(pyramid.level(3)).toBe(pyramid.level(3));
});
