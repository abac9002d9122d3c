/**
 * How near a matrix's weight lies to the diagonal from its first cell to its last: 1 less the mean
 * distance between where a query stands and where its weight stands, both as shares of their
 * sequence, in units of what uniform attention has. 1 on the diagonal, 0 for uniform weight, below 0
 * for weight that shuns the diagonal.
 *
 * A query of n stands at (i + ½) / n, and so do keys, so that sequences of different lengths compare.
 * @param probs [query, key], row-major, rows summing to 1
 * @returns NaN where there is one key: every matrix is then the same
 * @throws RangeError if the size does not fit
 */
export function diagonality(probs: Float32Array, queryCount: number, keyCount: number): number {
  if (probs.length !== queryCount * keyCount) {
    throw new RangeError(`expected ${queryCount} × ${keyCount} weights, got ${probs.length}`);
  }
  let distance = 0;
  let uniform = 0;
  for (let query = 0; query < queryCount; query += 1) {
    const here = (query + 0.5) / queryCount;
    for (let key = 0; key < keyCount; key += 1) {
      const gap = Math.abs(here - (key + 0.5) / keyCount);
      distance += gap * (probs[query * keyCount + key] ?? 0);
      uniform += gap / keyCount;
    }
  }
  return keyCount < 2 ? NaN : 1 - distance / uniform;
}
