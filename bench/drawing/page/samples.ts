import { createRandom } from '../../../src/math/seeded-random.ts';

/** Rows that sum to 1, each with a few large values, as attention has them: [row, column]. */
export function attentionLike(rowCount: number, columnCount: number, seed = 1): Float32Array {
  const random = createRandom(seed);
  const values = new Float32Array(rowCount * columnCount);
  for (let start = 0; start < values.length; start += columnCount) {
    let sum = 0;
    for (let at = start; at < start + columnCount; at += 1) {
      const value = random() ** 8;
      values[at] = value;
      sum += value;
    }
    for (let at = start; at < start + columnCount; at += 1) values[at] = (values[at] ?? 0) / sum;
  }
  return values;
}
