import type * as tf from '@tensorflow/tfjs-core';

/** Reads floats back from the device. */
export async function readFloats(tensor: tf.Tensor): Promise<Float32Array> {
  const values = await tensor.data();
  if (!(values instanceof Float32Array))
    throw new TypeError(`expected floats, got ${tensor.dtype}`);
  return values;
}
