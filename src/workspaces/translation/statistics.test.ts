import { expect, it } from 'vitest';
import { headStatistic } from './statistics.ts';

/** Two heads of one layer: the diagonal, and all weight on the end. */
const attention = {
  layerCount: 1,
  headCount: 2,
  queryCount: 3,
  keyCount: 3,
  values: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1),
};
const axis = { labels: ['▁go', '▁.', '</s>'], units: [0, 1, 2], special: [false, false, true] };
const axes = { query: axis, key: axis };

function round(values: Float32Array): number[] {
  return Array.from(values, (value) => Number(value.toFixed(3)));
}

it('finds the diagonal and the sink', () => {
  expect(round(headStatistic('entropy', attention, axes))).toEqual([0, 0]);
  expect(round(headStatistic('special', attention, axes))).toEqual([0.333, 1]);
  expect(round(headStatistic('punctuation', attention, axes))).toEqual([0.333, 0]);
  const [diagonal = 0, sink = 1] = headStatistic('diagonality', attention, axes);
  expect(diagonal).toBeCloseTo(1);
  expect(sink).toBeLessThan(0.5);
});
