import * as tf from '@tensorflow/tfjs-core';

import { tidy } from './tensors.ts';

/** What a query attends to in every head, [head, key]. The caller's. */
export function takeRow(probs: tf.Tensor3D, query: number): tf.Tensor2D {
  const [headCount, , keyCount] = probs.shape;
  return tidy(() =>
    tf.reshape<tf.Rank.R2>(tf.slice3d(probs, [0, query, 0], [headCount, 1, keyCount]), [
      headCount,
      keyCount,
    ]),
  );
}

/** What attends to a key in every head, [head, query]. The caller's. */
export function takeColumn(probs: tf.Tensor3D, key: number): tf.Tensor2D {
  const [headCount, queryCount] = probs.shape;
  return tidy(() =>
    tf.reshape<tf.Rank.R2>(tf.slice3d(probs, [0, 0, key], [headCount, queryCount, 1]), [
      headCount,
      queryCount,
    ]),
  );
}
