import { offCount, type StackSize } from '../../engine/attention-changes.ts';
import type { VisionRun } from '../../engine/protocol.ts';
import type { AttentionChanges } from '../../engine/what-if-protocol.ts';
import { jensenShannon, totalVariation } from '../../math/distribution-distance.ts';
import { topK } from '../../math/top-k.ts';

/** How far the outputs of two runs are apart. */
export interface OutputChange {
  /** Labels among the most probable before or after, most probable before first. */
  readonly labels: readonly number[];
  /** 0 to 1. */
  readonly totalVariation: number;
  /** Bits, 0 to 1. */
  readonly jensenShannon: number;
}

const topCount = 5;

/** Null where there are no labels to compare. */
export function outputChange(before: VisionRun, after: VisionRun): OutputChange | null {
  const [p, q] = [before.probabilities, after.probabilities];
  if (p.length === 0 || p.length !== q.length) return null;
  const labels = [...new Set([...topK(p, topCount), ...topK(q, topCount)])];
  return {
    labels,
    totalVariation: totalVariation(p, q),
    jensenShannon: jensenShannon(p, q),
  };
}

/** Below it nothing moved that the page would show. */
const smallestVariation = 0.0005;

/** What is worth saying of the changes beyond the numbers, or null. */
export function changesInWords(
  changes: AttentionChanges,
  { stack, layerCount, headCount }: StackSize,
  patchCount: number,
  change: OutputChange | null,
): string | null {
  if (offCount(changes, stack) === layerCount * headCount)
    return 'All heads are off: no token sees another, so the answer no longer depends on the picture.';
  if (changes.hiddenTokens.length >= patchCount)
    return 'Every patch is hidden: this is what the model says without seeing anything.';
  if (change && change.totalVariation < smallestVariation)
    return 'The predictions stay as they were.';
  return null;
}
