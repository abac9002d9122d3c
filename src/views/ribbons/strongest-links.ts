import type { AlignmentPlace } from '../alignment-matrix/alignment-place.ts';
import { topK } from '../../math/top-k.ts';
import type { RibbonWeights } from './select-ribbons.ts';

/** A token at the other end, and the mean weight of all heads. */
export interface StrongestLink {
  readonly index: number;
  readonly weight: number;
}

/** The tokens that a token is tied to most, strongest first; empty for a pair or for none. */
export function strongestLinks(
  { values, headCount, queryCount, keyCount, causal }: RibbonWeights,
  place: AlignmentPlace | null,
  count: number,
): StrongestLink[] {
  if (!place || (place.query === null) === (place.key === null)) return [];
  const isRow = place.query !== null;
  const means = Array.from({ length: isRow ? keyCount : queryCount }, (_, other) => {
    const query = place.query ?? other;
    const key = place.key ?? other;
    if (causal && key > query) return 0;
    let sum = 0;
    for (let head = 0; head < headCount; head += 1)
      sum += values[(head * queryCount + query) * keyCount + key] ?? 0;
    return sum / headCount;
  });
  return topK(means, count)
    .map((index) => ({ index, weight: means[index] ?? 0 }))
    .filter(({ weight }) => weight > 0);
}
