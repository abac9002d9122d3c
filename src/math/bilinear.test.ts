import { expect, it } from 'vitest';
import { upsampleBilinear } from './bilinear.ts';

it('interpolates between centres and clamps beyond them', () => {
  // Centres of two cells over four samples lie at 0.5 and 2.5 in sample units.
  expect([...upsampleBilinear([0, 4], 2, 1, 4, 1)]).toEqual([0, 1, 3, 4]);
  expect([...upsampleBilinear([0, 4], 1, 2, 1, 4)]).toEqual([0, 1, 3, 4]);
});

it('is the identity at the size of the grid', () => {
  const values = [1, 2, 3, 4, 5, 6];
  expect([...upsampleBilinear(values, 3, 2, 3, 2)]).toEqual(values);
});

it('keeps the mean of a map that is flat at its border', () => {
  const values = new Float32Array(25);
  values[12] = 1;
  const large = upsampleBilinear(values, 5, 5, 20, 20);
  expect(large.reduce((sum, value) => sum + value, 0) / 400).toBeCloseTo(1 / 25);
});

it('does not mix up width and height', () => {
  const values = [0, 0, 0, 9, 9, 9];
  const large = upsampleBilinear(values, 3, 2, 6, 2);
  expect([...large]).toEqual([0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9]);
});
