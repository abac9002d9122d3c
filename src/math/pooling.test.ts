import { expect, it } from 'vitest';
import { pool } from './pooling.ts';

const grid = { values: new Float32Array([1, 2, 3, 4, 5, 6, 7, 8, 9]), columns: 3, rows: 3 };

it('takes means of blocks, and of what is left at the far edges', () => {
  expect(pool(grid, 2, 'mean')).toEqual({
    values: new Float32Array([3, 4.5, 7.5, 9]),
    columns: 2,
    rows: 2,
  });
});

it('takes the largest of each block', () => {
  expect([...pool(grid, 2, 'max').values]).toEqual([5, 6, 8, 9]);
});

it('does not mix up columns and rows', () => {
  const wide = { values: new Float32Array([1, 3, 5, 7]), columns: 4, rows: 1 };
  expect(pool(wide, 2, 'mean')).toEqual({
    values: new Float32Array([2, 6]),
    columns: 2,
    rows: 1,
  });
});

it('leaves NaN out', () => {
  const holes = {
    values: new Float32Array([Number.NaN, 2, Number.NaN, Number.NaN]),
    columns: 2,
    rows: 2,
  };
  expect([...pool(holes, 2, 'mean').values]).toEqual([2]);
  expect([
    ...pool({ ...holes, values: new Float32Array(4).fill(Number.NaN) }, 2, 'max').values,
  ]).toEqual([Number.NaN]);
});
