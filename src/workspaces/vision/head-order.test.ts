import { expect, it } from 'vitest';
import { headOrder } from './head-order.ts';

const statistics = {
  entropy: Float32Array.of(3, 1, 2, 5, 6, 4),
  meanDistance: Float32Array.of(1, 2, 3, 9, 8, 7),
};

it('heads are ordered within their layer by the statistic, smallest first', () => {
  expect(headOrder('entropy', statistics, 2, 3)).toEqual([
    [1, 2, 0],
    [2, 0, 1],
  ]);
  expect(headOrder('distance', statistics, 2, 3)).toEqual([
    [0, 1, 2],
    [2, 1, 0],
  ]);
});

it('heads keep their own order without a statistic', () => {
  expect(headOrder('number', statistics, 2, 3)).toBeNull();
  expect(headOrder('entropy', null, 2, 3)).toBeNull();
});
