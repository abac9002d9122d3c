import type { Tensor3D } from '@tensorflow/tfjs-core';

import { ONE_QUERY, hasKernel, runKernel } from './custom-kernel.ts';

/** Whether the backend in use has `attendOneQuery`; where not, plain operations do. */
export function hasOneQueryKernel(): boolean {
  return hasKernel(ONE_QUERY);
}

/**
 * Attention of one query for each group, as a decoder's step asks it.
 * @param queries [group, 1, headSize], scaled
 * @param keys [group, key, headSize]
 * @param values the same shape
 * @param seenCount how many keys, from the first, a query sees; the others' weights are 0
 */
export function attendOneQuery(
  queries: Tensor3D,
  keys: Tensor3D,
  values: Tensor3D,
  seenCount: number,
): {
  /** [group, 1, key]; rows sum to 1. */
  readonly probs: Tensor3D;
  /** [group, 1, headSize] */
  readonly context: Tensor3D;
} {
  const [probs, context] = runKernel<[Tensor3D, Tensor3D]>(
    ONE_QUERY,
    { query: queries, keys, values },
    { seenCount },
  );
  return { probs, context };
}
