import { expect, it } from 'vitest';
import { headOrder, importanceOfHeads } from './head-order.ts';

const statistics = {
  entropy: Float32Array.of(3, 1, 2, 5, 6, 4),
  meanDistance: Float32Array.of(1, 2, 3, 9, 8, 7),
};
const known = { statistics, importance: null };

it('heads are ordered within their layer by the statistic, smallest first', () => {
  expect(headOrder('entropy', known, 2, 3)).toEqual([
    [1, 2, 0],
    [2, 0, 1],
  ]);
  expect(headOrder('distance', known, 2, 3)).toEqual([
    [0, 1, 2],
    [2, 1, 0],
  ]);
});

it('the most important heads come first, those whose absence helps last', () => {
  const importance = importanceOfHeads({
    target: 0,
    probability: 0.5,
    without: Float32Array.of(0.5, 0.75, 0.25, 0.5, 0, 0.25),
    totalVariation: new Float32Array(6),
  });
  expect(Array.from(importance)).toEqual([0, -0.25, 0.25, 0, 0.5, 0.25]);
  expect(headOrder('importance', { statistics, importance }, 2, 3)).toEqual([
    [2, 0, 1],
    [1, 2, 0],
  ]);
});

it('heads keep their own order without a statistic', () => {
  expect(headOrder('number', known, 2, 3)).toBeNull();
  expect(headOrder('entropy', { statistics: null, importance: null }, 2, 3)).toBeNull();
  expect(headOrder('importance', known, 2, 3)).toBeNull();
});
