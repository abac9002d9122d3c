import type * as tf from '@tensorflow/tfjs-core';

/**
 * A tensor's values, in an array of the caller's own: tfjs may hand out the array that it computes
 * with, which must not be transferred away.
 */
export async function readFloats(tensor: tf.Tensor): Promise<Float32Array<ArrayBuffer>> {
  const values = await tensor.data();
  if (!(values instanceof Float32Array))
    throw new TypeError(`Expected a tensor of floats, got ${tensor.dtype}.`);
  return new Float32Array(values);
}
