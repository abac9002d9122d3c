import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { activate } from './activation.ts';
import { LINEAR, hasKernel, runKernel } from './custom-kernel.ts';
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

/** added + linear(x): a sublayer's end. `added`: [rows, out]. */
export function addLinear(added: tf.Tensor2D, x: tf.Tensor2D, weights: Linear): tf.Tensor2D {
  if (hasKernel(LINEAR)) return runKernel<tf.Tensor2D>(LINEAR, { x, ...given(weights), added });
  return tf.tidy(() => tf.add<tf.Tensor2D>(added, linear(x, weights)));
}

/** activate(linear(x)). */
export function activeLinear(x: tf.Tensor2D, weights: Linear, activation: Activation): tf.Tensor2D {
  if (hasKernel(LINEAR) && activation === 'gelu')
    return runKernel<tf.Tensor2D>(LINEAR, { x, ...given(weights) }, { activation });
  return tf.tidy(() => activate(linear(x, weights), activation));
}

/** The tensors that are there, as a kernel takes them. */
function given({ weight, bias }: Linear): Record<string, tf.Tensor> {
  return bias === null ? { weight } : { weight, bias };
}

/**
 * The gradient with respect to x, from that with respect to the result: [rows, out] to [rows, in].
 * The weight is transposed by itself: wasm has no fast product with a transposed matrix.
 */
export function linearGradient(gradient: tf.Tensor2D, { weight }: Linear): tf.Tensor2D {
  return tf.tidy(() => tf.matMul<tf.Tensor2D>(gradient, tf.transpose(weight)));
}
