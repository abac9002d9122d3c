import type { LensMatrix } from '../../engine/protocol.ts';
import type { VisionTrace } from '../trace.ts';

/** A map of the prediction and not of a query: one row, with 0 for the tokens before the patches. */
export function patchMap(
  { tokenCount, specialTokens }: VisionTrace,
  patches: Float32Array,
): LensMatrix {
  const values = new Float32Array(tokenCount);
  values.set(patches, specialTokens.length);
  return { queryCount: 1, keyCount: tokenCount, values };
}
