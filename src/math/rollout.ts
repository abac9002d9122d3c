/**
 * Attention rollout (Abnar & Zuidema 2020, arXiv:2005.00928) over matrices whose heads have been
 * fused. The plain form: what the lens computes on the device is tested against it.
 */

export interface RolloutOptions {
  /** Share of each row's keys, the lowest, that is set to zero: 0 to below 1. Not in the paper. */
  readonly discardRatio: number;
  /** Weight r of the residual connection, 0 to 1. The paper has 0.5. */
  readonly residualWeight: number;
}

/**
 * R = A_last · … · A_first with A = (1 − r) · F + r · I, where F is a layer's fused matrix, with its
 * lowest keys discarded and its rows made to sum to 1.
 * @param fused for each layer from the first to be rolled out, [query, key]
 * @returns [query, key]; each row sums to 1
 */
export function rollout(fused: readonly Float32Array[], options: RolloutOptions): Float32Array {
  const tokenCount = Math.sqrt(fused[0]?.length ?? 0);
  let product: Float32Array | null = null;
  for (const matrix of fused) {
    const kept = normalizeRows(discardLowest(matrix, tokenCount, options.discardRatio), tokenCount);
    const mixed = addResidual(kept, tokenCount, options.residualWeight);
    product = product === null ? mixed : multiply(mixed, product, tokenCount);
  }
  if (product === null) throw new RangeError('A rollout needs a layer.');
  return product;
}

/**
 * Sets the lowest ⌊ratio · keys⌋ values of each row to zero, of equal values the first. The first
 * token, [CLS], is spared where it is among them. An idea of vit-explain
 * (https://github.com/jacobgil/vit-explain), which ranks the whole matrix instead of each row.
 * @param matrix [query, key]
 */
export function discardLowest(matrix: Float32Array, keyCount: number, ratio: number): Float32Array {
  const kept = Float32Array.from(matrix);
  const count = Math.floor(ratio * keyCount);
  if (count <= 0) return kept;
  for (let start = 0; start < kept.length; start += keyCount) {
    discardInRow(kept.subarray(start, start + keyCount), count);
  }
  return kept;
}

function discardInRow(row: Float32Array, count: number): void {
  const threshold = row.toSorted()[count - 1] ?? Infinity;
  // Values at the threshold may be more than are to go.
  let left = count - row.reduce((below, value) => below + (value < threshold ? 1 : 0), 0);
  for (let key = 0; key < row.length; key++) {
    const value = row[key] ?? 0;
    const isLowest = value < threshold || (value === threshold && left-- > 0);
    if (isLowest && key !== 0) row[key] = 0;
  }
}

/** Divides each row by its sum. A row of zeros says nothing of any key and becomes uniform. */
export function normalizeRows(matrix: Float32Array, keyCount: number): Float32Array {
  const normalized = new Float32Array(matrix.length);
  for (let start = 0; start < matrix.length; start += keyCount) {
    let sum = 0;
    for (let key = 0; key < keyCount; key++) sum += matrix[start + key] ?? 0;
    for (let key = 0; key < keyCount; key++) {
      normalized[start + key] = sum > 0 ? (matrix[start + key] ?? 0) / sum : 1 / keyCount;
    }
  }
  return normalized;
}

/** (1 − weight) · matrix + weight · I */
export function addResidual(
  matrix: Float32Array,
  tokenCount: number,
  weight: number,
): Float32Array {
  return matrix.map(
    (value, index) => (1 - weight) * value + (index % (tokenCount + 1) === 0 ? weight : 0),
  );
}

/** a · b, both [size, size]. */
function multiply(a: Float32Array, b: Float32Array, size: number): Float32Array {
  const product = new Float32Array(size * size);
  const sums = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    sums.fill(0);
    for (let inner = 0; inner < size; inner++) {
      const factor = a[row * size + inner] ?? 0;
      for (let column = 0; column < size; column++) {
        sums[column] = (sums[column] ?? 0) + factor * (b[inner * size + column] ?? 0);
      }
    }
    product.set(sums, row * size);
  }
  return product;
}
