import * as tf from '@tensorflow/tfjs-core';

import { LAYER_NORM, hasKernel, runKernel } from './custom-kernel.ts';

export interface LayerNorm {
  /** [width] */
  readonly scale: tf.Tensor1D;
  /** [width] */
  readonly shift: tf.Tensor1D;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** Layer normalisation of every row (Ba et al. 2016, arXiv:1607.06450): [rows, width] to the same. */
export function layerNorm(x: tf.Tensor2D, norm: LayerNorm): tf.Tensor2D {
  return hasKernel(LAYER_NORM) ? fusedLayerNorm({ x }, norm) : plainLayerNorm(x, norm);
}

/** Layer normalisation of x + added. */
export function addAndNormalize(x: tf.Tensor2D, added: tf.Tensor2D, norm: LayerNorm): tf.Tensor2D {
  return hasKernel(LAYER_NORM)
    ? fusedLayerNorm({ x, added }, norm)
    : tf.tidy(() => plainLayerNorm(tf.add<tf.Tensor2D>(x, added), norm));
}

/** By plain operations: for the backends without a kernel of ours, and to compare it with. */
export function plainLayerNorm(x: tf.Tensor2D, { scale, shift, epsilon }: LayerNorm): tf.Tensor2D {
  return tf.tidy(() => {
    const centred = tf.sub<tf.Tensor2D>(x, tf.mean(x, 1, true));
    // From the centred rows: the mean of squares less the square of the mean would cancel.
    const variance = tf.mean(tf.square(centred), 1, true);
    const normalized = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
    return tf.add<tf.Tensor2D>(tf.mul(normalized, scale), shift);
  });
}

function fusedLayerNorm(
  rows: { x: tf.Tensor2D; added?: tf.Tensor2D },
  { scale, shift, epsilon }: LayerNorm,
): tf.Tensor2D {
  return runKernel<tf.Tensor2D>(LAYER_NORM, { ...rows, scale, shift }, { epsilon });
}

/**
 * The gradient with respect to x, from that with respect to the result: [rows, width] to the same.
 */
export function layerNormGradient(
  x: tf.Tensor2D,
  gradient: tf.Tensor2D,
  { scale, epsilon }: LayerNorm,
): tf.Tensor2D {
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, 1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon));
    const normalized = tf.mul(centred, inverse);
    const scaled = tf.mul(gradient, scale);
    // What would move a row's mean or deviation changes nothing.
    const mean = tf.mean(scaled, 1, true);
    const along = tf.mul(normalized, tf.mean(tf.mul(scaled, normalized), 1, true));
    return tf.mul<tf.Tensor2D>(inverse, tf.sub(tf.sub(scaled, mean), along));
  });
}
