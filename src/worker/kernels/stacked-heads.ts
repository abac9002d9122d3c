/** Heads side by side in rows, and one after the other. */
import * as tf from '@tensorflow/tfjs-core';

import { asMatrix, tidy } from './tensors.ts';

/** [set · token, head · headSize] to [set · head, token, headSize]. */
export function splitHeads(rows: tf.Tensor2D, headCount: number, setCount = 1): tf.Tensor3D {
  const [rowCount, width] = rows.shape;
  const [tokenCount, size] = [rowCount / setCount, width / headCount];
  return tidy(() => {
    const sets = tf.reshape<tf.Rank.R4>(rows, [setCount, tokenCount, headCount, size]);
    return tf.reshape<tf.Rank.R3>(tf.transpose(sets, [0, 2, 1, 3]), [
      setCount * headCount,
      tokenCount,
      size,
    ]);
  });
}

/** [set · head, token, headSize] to [set · token, head · headSize]. */
export function joinHeads(heads: tf.Tensor3D, setCount = 1): tf.Tensor2D {
  const [groupCount, tokenCount, size] = heads.shape;
  const headCount = groupCount / setCount;
  return tidy(() => {
    const sets = tf.reshape<tf.Rank.R4>(heads, [setCount, headCount, tokenCount, size]);
    return tf.reshape<tf.Rank.R2>(tf.transpose(sets, [0, 2, 1, 3]), [
      setCount * tokenCount,
      headCount * size,
    ]);
  });
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
