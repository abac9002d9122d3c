export type PoolingMode = 'mean' | 'max';

/** A grid of values, row-major [rows, columns]. */
export interface Grid {
  readonly values: Float32Array;
  readonly columns: number;
  readonly rows: number;
}

/** Some of a grid's blocks: the first, and how many. */
export interface BlockWindow {
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Joins blocks of `factor` × `factor` cells into one: their mean keeps the mass, their largest
 * value keeps peaks seen. Blocks cut by the far edges take the cells they have. NaN is left out;
 * a block of nothing else is NaN.
 * @returns ceil(rows / factor) × ceil(columns / factor) cells
 */
export function pool(grid: Grid, factor: number, mode: PoolingMode): Grid {
  const columns = Math.ceil(grid.columns / factor);
  const rows = Math.ceil(grid.rows / factor);
  const values = poolWindow(grid, factor, mode, { firstRow: 0, firstColumn: 0, rows, columns });
  return { values, columns, rows };
}

/**
 * Some blocks of what `pool` makes, each with its exact mean or largest value.
 * @returns [rows, columns] of the window
 */
export function poolWindow(
  { values, columns, rows }: Grid,
  factor: number,
  mode: PoolingMode,
  window: BlockWindow,
): Float32Array {
  const pooled = new Float32Array(window.rows * window.columns);
  for (let row = 0; row < window.rows; row += 1) {
    const startRow = (window.firstRow + row) * factor;
    const endRow = Math.min(rows, startRow + factor);
    for (let column = 0; column < window.columns; column += 1) {
      const startColumn = (window.firstColumn + column) * factor;
      const endColumn = Math.min(columns, startColumn + factor);
      let count = 0;
      let sum = 0;
      let max = Number.NEGATIVE_INFINITY;
      for (let y = startRow; y < endRow; y += 1) {
        for (let at = y * columns + startColumn; at < y * columns + endColumn; at += 1) {
          const value = values[at] ?? Number.NaN;
          if (Number.isNaN(value)) continue;
          count += 1;
          sum += value;
          if (value > max) max = value;
        }
      }
      const joined = mode === 'mean' ? sum / count : max;
      pooled[row * window.columns + column] = count > 0 ? joined : Number.NaN;
    }
  }
  return pooled;
}
