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
