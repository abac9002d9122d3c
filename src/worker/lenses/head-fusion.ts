/** Making one matrix of a layer's heads, on the device. */
import * as tf from '@tensorflow/tfjs-core';

import { FUSIONS, type Fusion } from '../../math/fuse-heads.ts';
import { tidy } from '../kernels/tensors.ts';

export const FUSION_LABELS: Readonly<Record<Fusion, string>> = {
  mean: 'Mean',
  max: 'Max',
  min: 'Min',
};

export const FUSION_CHOICES = FUSIONS.map((value) => ({ value, label: FUSION_LABELS[value] }));

/** [head, query, key] to [query, key]. The caller disposes of the result. */
export function fuseHeads(probs: tf.Tensor3D, fusion: Fusion): tf.Tensor2D {
  switch (fusion) {
    case 'mean':
      return tf.mean<tf.Tensor2D>(probs, 0);
    case 'max':
      return tf.max<tf.Tensor2D>(probs, 0);
    case 'min':
      return tf.min<tf.Tensor2D>(probs, 0);
  }
}

/** One head's matrix, [query, key]. The caller disposes of the result. */
export function takeHead(probs: tf.Tensor3D, head: number): tf.Tensor2D {
  const [, queryCount, keyCount] = probs.shape;
  return tidy(() =>
    tf.reshape<tf.Rank.R2>(tf.slice3d(probs, [head, 0, 0], [1, queryCount, keyCount]), [
      queryCount,
      keyCount,
    ]),
  );
}
