import type { ImageGeometry } from './geometry.ts';

/** Distances between the centres of all pairs of patches, in input pixels: [patch, patch]. */
export function patchDistances(geometry: ImageGeometry): Float32Array {
  const { gridColumns, gridRows, inputWidth, inputHeight } = geometry;
  const patchWidth = inputWidth / gridColumns;
  const patchHeight = inputHeight / gridRows;
  const count = gridColumns * gridRows;
  const distances = new Float32Array(count * count);
  for (let from = 0; from < count; from++) {
    for (let to = 0; to < count; to++) {
      const columns = (from % gridColumns) - (to % gridColumns);
      const rows = Math.floor(from / gridColumns) - Math.floor(to / gridColumns);
      distances[from * count + to] = Math.hypot(columns * patchWidth, rows * patchHeight);
    }
  }
  return distances;
}

/**
 * Mean attention distance of a head (Dosovitskiy et al. 2021, arXiv:2010.11929, figure 7): how far,
 * in input pixels, a patch's attention lies from it, the mean over all patches as queries. Special
 * tokens have no place: they are neither queries nor keys, and what a query gives to patches is
 * taken as summing to 1. A query that gives nothing to patches does not count.
 * @param probs [query, key], special tokens first
 * @param distances [patch, patch]
 */
export function meanDistance(
  probs: Float32Array,
  specialCount: number,
  distances: Float32Array,
): number {
  const patchCount = Math.sqrt(distances.length);
  const tokenCount = patchCount + specialCount;
  let total = 0;
  let queryCount = 0;
  for (let query = 0; query < patchCount; query++) {
    const row = (query + specialCount) * tokenCount + specialCount;
    let weighted = 0;
    let mass = 0;
    for (let key = 0; key < patchCount; key++) {
      const probability = probs[row + key] ?? 0;
      mass += probability;
      weighted += probability * (distances[query * patchCount + key] ?? 0);
    }
    if (mass > 0) {
      total += weighted / mass;
      queryCount++;
    }
  }
  return queryCount === 0 ? 0 : total / queryCount;
}
