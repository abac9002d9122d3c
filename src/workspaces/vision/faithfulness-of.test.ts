import { expect, it } from 'vitest';
import type { FaithfulnessCurves } from '../../engine/what-if-protocol.ts';
import { randomMean, verdictInWords, verdictOf } from './faithfulness-of.ts';

function curves(deletionArea: number, insertionArea: number): FaithfulnessCurves {
  const none = new Float32Array(0);
  const rest = { deletion: none, insertion: none, comprehensiveness: 0, sufficiency: 0 };
  return { ...rest, deletionArea, insertionArea };
}

const random = Array.from({ length: 10 }, (_, index) =>
  curves(0.4 + index / 100, 0.4 + index / 100),
);

it.each([
  [0.1, 0.8, 'Rollout beats random orders on this picture.'],
  [0.1, 0.45, 'Rollout beats random orders on this picture by deletion, but not by insertion.'],
  [0.45, 0.8, 'Rollout beats random orders on this picture by insertion, but not by deletion.'],
  // Better than nine of ten is not enough.
  [0.405, 0.485, 'Rollout does not beat random orders on this picture.'],
  [0.9, 0.1, 'Rollout does not beat random orders on this picture.'],
])('areas of %d and %d: %s', (deletion, insertion, words) => {
  expect(verdictInWords('Rollout', verdictOf(curves(deletion, insertion), random))).toBe(words);
});

it('nothing is beaten where there is nothing to beat', () => {
  expect(verdictOf(curves(0, 1), [])).toEqual({ byDeletion: false, byInsertion: false });
  expect(randomMean([], (order) => order.deletionArea)).toBeNull();
  expect(randomMean(random, (order) => order.deletionArea)).toBeCloseTo(0.445);
});
