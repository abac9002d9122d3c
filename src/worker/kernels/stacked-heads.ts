/** Heads side by side in rows, and one after the other. */
import * as tf from '@tensorflow/tfjs-core';

import { asMatrix, tidy } from './tensors.ts';

/** [token, head · headSize] to [head, token, headSize]. */
export function splitHeads(rows: tf.Tensor2D, headCount: number): tf.Tensor3D {
  const [tokenCount, width] = rows.shape;
  return tidy(() =>
    tf.transpose(
      tf.reshape<tf.Rank.R3>(rows, [tokenCount, headCount, width / headCount]),
      [1, 0, 2],
    ),
  );
}

/** [head, token, headSize] to [token, head · headSize]. */
export function joinHeads(heads: tf.Tensor3D): tf.Tensor2D {
  const [headCount, tokenCount, size] = heads.shape;
  return tidy(() =>
    tf.reshape<tf.Rank.R2>(tf.transpose(heads, [1, 0, 2]), [tokenCount, headCount * size]),
  );
}

/** A matrix for each head, [rows, columns], as [head, rows, columns]. */
export function stackHeads(matrices: readonly tf.Tensor2D[]): tf.Tensor3D {
  const [first] = matrices;
  if (first === undefined) throw new RangeError('A layer needs a head.');
  const [rowCount, columnCount] = first.shape;
  return tf.reshape(tf.concat2d([...matrices], 0), [matrices.length, rowCount, columnCount]);
}

/** Each head's matrix times its own number, unless that is 1 for all of them. */
export function scaleHeads(heads: tf.Tensor3D, factors: readonly number[]): tf.Tensor3D {
  if (factors.every((factor) => factor === 1)) return heads;
  return tidy(() => tf.mul<tf.Tensor3D>(heads, tf.tensor3d([...factors], [factors.length, 1, 1])));
}

/** Each head's matrix, [rows, columns]. */
export function unstackHeads(heads: tf.Tensor3D): tf.Tensor2D[] {
  return tf.unstack(heads).map(asMatrix);
}
