import { expect, it } from 'vitest';
import { pool, poolWindow } from './pooling.ts';
import { createRandom } from './seeded-random.ts';

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

it.each(['mean', 'max'] as const)('a window is what the whole has there: %s', (mode) => {
  const random = createRandom(3);
  const grid = { values: Float32Array.from({ length: 23 * 17 }, random), columns: 23, rows: 17 };
  const whole = pool(grid, 4, mode);
  const window = { firstRow: 2, firstColumn: 3, rows: 3, columns: 3 };
  const values = poolWindow(grid, 4, mode, window);
  for (let row = 0; row < 3; row += 1) {
    const start = (2 + row) * whole.columns + 3;
    expect(values.slice(row * 3, row * 3 + 3)).toEqual(whole.values.slice(start, start + 3));
  }
});

it.each([3, 4, 8])(
  'a mean is exactly that of its cells, where blocks are cut, too: %i',
  (factor) => {
    const random = createRandom(9);
    const [columns, rows] = [29, 21];
    const values = Float32Array.from({ length: columns * rows }, random);
    values[40] = Number.NaN;
    const pooled = pool({ values, columns, rows }, factor, 'mean');
    for (let row = 0; row < pooled.rows; row += 1) {
      for (let column = 0; column < pooled.columns; column += 1) {
        const cells = [...values].filter(
          (value, at) =>
            Math.floor(at / columns / factor) === row &&
            Math.floor((at % columns) / factor) === column &&
            !Number.isNaN(value),
        );
        const mean = cells.reduce((sum, value) => sum + value, 0) / cells.length;
        expect(pooled.values[row * pooled.columns + column]).toBeCloseTo(mean, 6);
      }
    }
  },
);
