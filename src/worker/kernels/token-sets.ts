/** Sets of tokens, one after the other, that know nothing of each other. */
import * as tf from '@tensorflow/tfjs-core';

/** [set · token, width] to [set, token, width]. */
export function bySet(rows: tf.Tensor2D, setCount: number): tf.Tensor3D {
  const [rowCount, width] = rows.shape;
  return tf.reshape(rows, [setCount, rowCount / setCount, width]);
}

/**
 * The first tokens of each set, [set · token, width]; the rows themselves if these are all.
 * @param rows [set · token, width]
 * @param count of the tokens of each set
 */
export function firstOfEach(rows: tf.Tensor2D, setCount: number, count: number): tf.Tensor2D {
  const [rowCount, width] = rows.shape;
  if (count * setCount === rowCount) return rows;
  const first = tf.slice3d(bySet(rows, setCount), [0, 0, 0], [setCount, count, width]);
  return tf.reshape(first, [setCount * count, width]);
}

/** One set's rows, [token, width]. */
export function rowsOfSet(rows: tf.Tensor2D, setCount: number, set: number): tf.Tensor2D {
  const [rowCount, width] = rows.shape;
  const tokenCount = rowCount / setCount;
  return setCount === 1 ? rows : tf.slice2d(rows, [set * tokenCount, 0], [tokenCount, width]);
}
