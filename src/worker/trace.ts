import type * as tf from '@tensorflow/tfjs-core';

import type { ImageGeometry } from '../math/geometry.ts';

/** All that a vision run left. The attention stays on the device, and lives until `dispose`. */
export interface VisionTrace {
  readonly geometry: ImageGeometry;
  /** Names of the tokens before the patches, in order. */
  readonly specialTokens: readonly string[];
  /** For each layer, [head, query, key]; rows sum to 1. */
  readonly attention: readonly tf.Tensor3D[];
  readonly layerCount: number;
  readonly headCount: number;
  readonly tokenCount: number;
  readonly dispose: () => void;
}

/** @param attention is the trace's from here on */
export function createVisionTrace(
  attention: readonly tf.Tensor3D[],
  geometry: ImageGeometry,
  specialTokens: readonly string[],
): VisionTrace {
  const [headCount, tokenCount] = attention[0]?.shape ?? [0, 0];
  return {
    geometry,
    specialTokens,
    attention,
    layerCount: attention.length,
    headCount,
    tokenCount,
    dispose: () => {
      for (const probs of attention) probs.dispose();
    },
  };
}
