import * as tf from '@tensorflow/tfjs-core';

/**
 * A tensor's values, in an array of the caller's own: tfjs may hand out the array that it computes
 * with, which must not be transferred away. On wasm it copies them out of the module's memory, and a
 * second copy would take as long as the first: half a millisecond for a million bytes.
 */
export async function readFloats(tensor: tf.Tensor): Promise<Float32Array<ArrayBuffer>> {
  const values = await tensor.data();
  if (!(values instanceof Float32Array))
    throw new TypeError(`Expected a tensor of floats, got ${tensor.dtype}.`);
  const isOwn = tf.getBackend() === 'wasm' && values.byteLength === values.buffer.byteLength;
  return isOwn && values.buffer instanceof ArrayBuffer
    ? new Float32Array(values.buffer)
    : new Float32Array(values);
}
