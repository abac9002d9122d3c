import { expect, it } from 'vitest';

import { rankOrder } from './rank-order.ts';

it('has the largest value first, and the earlier of equal ones', () => {
  expect(rankOrder([0.1, 0.5, 0.5, -2, 0.3])).toEqual([1, 2, 4, 0, 3]);
  expect(rankOrder(Float32Array.of(0, 0, 0))).toEqual([0, 1, 2]);
  expect(rankOrder([])).toEqual([]);
});

it('takes infinities, and puts what is no number last', () => {
  expect(rankOrder([Number.NaN, 1, Infinity, Number.NaN, 2])).toEqual([2, 4, 1, 0, 3]);
});
