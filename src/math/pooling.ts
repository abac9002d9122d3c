export type PoolingMode = 'mean' | 'max';

/** A grid of values, row-major [rows, columns]. */
export interface Grid {
  readonly values: Float32Array;
  readonly columns: number;
  readonly rows: number;
}

/**
 * Joins blocks of `factor` × `factor` cells into one: their mean keeps the mass, their largest
 * value keeps peaks seen. Blocks cut by the far edges take the cells they have. NaN is left out;
 * a block of nothing else is NaN.
 * @returns ceil(rows / factor) × ceil(columns / factor) cells
 */
export function pool({ values, columns, rows }: Grid, factor: number, mode: PoolingMode): Grid {
  const pooledColumns = Math.ceil(columns / factor);
  const pooledRows = Math.ceil(rows / factor);
  const pooled = new Float32Array(pooledColumns * pooledRows);
  for (let row = 0; row < pooledRows; row += 1) {
    const endRow = Math.min(rows, (row + 1) * factor);
    for (let column = 0; column < pooledColumns; column += 1) {
      const endColumn = Math.min(columns, (column + 1) * factor);
      let count = 0;
      let sum = 0;
      let max = Number.NEGATIVE_INFINITY;
      for (let y = row * factor; y < endRow; y += 1) {
        for (let at = y * columns + column * factor; at < y * columns + endColumn; at += 1) {
          const value = values[at] ?? Number.NaN;
          if (Number.isNaN(value)) continue;
          count += 1;
          sum += value;
          if (value > max) max = value;
        }
      }
      const joined = mode === 'mean' ? sum / count : max;
      pooled[row * pooledColumns + column] = count > 0 ? joined : Number.NaN;
    }
  }
  return { values: pooled, columns: pooledColumns, rows: pooledRows };
}
