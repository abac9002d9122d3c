import * as tf from '@tensorflow/tfjs-core';

/** The tensors in an object or array, however deep. */
export function tensorsIn(value: unknown): tf.Tensor[] {
  if (value instanceof tf.Tensor) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(tensorsIn);
}

/**
 * `tf.tidy` for results of any shape: disposes of every tensor made by `compute` but those in its
 * result. tfjs's own takes containers with an index signature alone.
 */
export function tidy<T>(compute: () => T): T {
  const results: T[] = [];
  tf.tidy(() => {
    const result = compute();
    results.push(result);
    return tensorsIn(result);
  });
  const [result] = results;
  if (result === undefined) throw new TypeError('A tidied function must return something.');
  return result;
}

/** Disposes of every tensor in an object or array. */
export function dispose(value: unknown): void {
  for (const tensor of tensorsIn(value)) tensor.dispose();
}

/** Some heads of [head, rows, columns]. The caller's. */
export function takeHeads(heads: tf.Tensor3D, first: number, count: number): tf.Tensor3D {
  const [, rows, columns] = heads.shape;
  return tf.slice3d(heads, [first, 0, 0], [count, rows, columns]);
}

/** A tensor that tfjs declares without its rank. */
export function asMatrix(tensor: tf.Tensor): tf.Tensor2D {
  if (!isMatrix(tensor))
    throw new RangeError(`Expected a matrix, got [${tensor.shape.join(', ')}].`);
  return tensor;
}

function isMatrix(tensor: tf.Tensor): tensor is tf.Tensor2D {
  return tensor.rank === 2;
}
