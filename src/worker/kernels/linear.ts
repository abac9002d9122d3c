import * as tf from '@tensorflow/tfjs-core';

import { asMatrix } from './tensors.ts';

/** y = x · weight + bias. */
export interface Linear {
  /** [in, out]: the transpose of what a checkpoint holds. */
  readonly weight: tf.Tensor2D;
  /** [out] */
  readonly bias: tf.Tensor1D | null;
}

/** [rows, in] to [rows, out]. */
export function linear(x: tf.Tensor2D, { weight, bias }: Linear): tf.Tensor2D {
  return bias === null
    ? tf.matMul<tf.Tensor2D>(x, weight)
    : asMatrix(tf.fused.matMul({ a: x, b: weight, bias }));
}

/**
 * The gradient with respect to x, from that with respect to the result: [rows, out] to [rows, in].
 * The weight is transposed by itself: wasm has no fast product with a transposed matrix.
 */
export function linearGradient(gradient: tf.Tensor2D, { weight }: Linear): tf.Tensor2D {
  return tf.tidy(() => tf.matMul<tf.Tensor2D>(gradient, tf.transpose(weight)));
}
