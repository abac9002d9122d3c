import { expect, it } from 'vitest';

import { createGeometry, type ImageGeometry } from './geometry.ts';
import { meanDistance, patchDistances } from './mean-distance.ts';

/** Two patches beside each other, 8 × 4 input pixels each, of a picture of any size. */
const GEOMETRY: ImageGeometry = createGeometry(
  1000,
  500,
  {
    width: 16,
    height: 4,
    channelCount: 3,
    patchWidth: 8,
    patchHeight: 4,
    referenceCropX: 1,
    referenceCropY: 1,
  },
  { mode: 'stretch' },
);

it('measures between the centres of patches, in input pixels', () => {
  expect([...patchDistances(GEOMETRY)]).toEqual([0, 8, 8, 0]);
  const square = { ...GEOMETRY, inputWidth: 6, inputHeight: 8, gridColumns: 2, gridRows: 2 };
  expect([...patchDistances(square)].slice(0, 4)).toEqual([0, 3, 4, 5]);
});

it('leaves special tokens out, as queries and as keys', () => {
  const distances = patchDistances(GEOMETRY);
  // [CLS], then two patches. The first patch gives half to [CLS], and the rest evenly.
  const probs = Float32Array.of(0, 0.9, 0.1, 0.5, 0.25, 0.25, 0.2, 0.8, 0);
  expect(meanDistance(probs, 1, distances)).toBeCloseTo((4 + 8) / 2, 6);
});

it('does not count a query that gives nothing to patches', () => {
  const probs = Float32Array.of(1, 0, 0, 1, 0, 0, 0, 1, 0);
  expect(meanDistance(probs, 1, patchDistances(GEOMETRY))).toBe(8);
});

it('is 0 where every patch attends to itself', () => {
  expect(meanDistance(Float32Array.of(1, 0, 0, 1), 0, patchDistances(GEOMETRY))).toBe(0);
});
