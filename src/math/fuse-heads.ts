/** How the heads of a layer become one matrix. */
export const FUSIONS = ['mean', 'max', 'min'] as const;
export type Fusion = (typeof FUSIONS)[number];

/**
 * The matrix that holds, at each place, the mean, maximum or minimum of the heads there. Rows of a
 * mean sum to 1; those of a maximum to 1 or more, those of a minimum to 1 or less.
 * @param probs [head, query, key]
 * @returns [query, key]
 */
export function fuseHeads(probs: Float32Array, headCount: number, fusion: Fusion): Float32Array {
  const size = probs.length / headCount;
  const fused = Float32Array.from(probs.subarray(0, size));
  for (let head = 1; head < headCount; head++) {
    for (let index = 0; index < size; index++) {
      const before = fused[index] ?? 0;
      const value = probs[head * size + index] ?? 0;
      fused[index] =
        fusion === 'mean'
          ? before + value
          : fusion === 'max'
            ? Math.max(before, value)
            : Math.min(before, value);
    }
  }
  if (fusion === 'mean') {
    for (let index = 0; index < size; index++) fused[index] = (fused[index] ?? 0) / headCount;
  }
  return fused;
}
