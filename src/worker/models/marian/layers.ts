/** What Marian's layers have in common. Layers are post-norm: y = LayerNorm(x + Sublayer(x)). */
import * as tf from '@tensorflow/tfjs-core';
import { activate } from '../../kernels/activation.ts';
import { layerNorm, type LayerNorm } from '../../kernels/layer-norm.ts';
import { linear } from '../../kernels/linear.ts';
import type { MarianActivation } from './config.ts';
import type { FeedForward } from './weights.ts';

/** LayerNorm(x + added): [rows, width]. */
export function addAndNormalise(x: tf.Tensor2D, added: tf.Tensor2D, norm: LayerNorm): tf.Tensor2D {
  return layerNorm(tf.add<tf.Tensor2D>(x, added), norm);
}

export function feedForward(
  x: tf.Tensor2D,
  { rise, fall, norm }: FeedForward,
  activation: MarianActivation,
): tf.Tensor2D {
  const hidden = linear(x, rise);
  // x · sigmoid(x): Ramachandran et al. 2017, arXiv:1710.05941.
  const active =
    activation === 'swish'
      ? tf.mul<tf.Tensor2D>(hidden, tf.sigmoid(hidden))
      : activate(hidden, activation);
  return addAndNormalise(x, linear(active, fall), norm);
}

/** [rows, width] to [head, rows, headSize]. */
export function splitHeads(x: tf.Tensor2D, headCount: number): tf.Tensor3D {
  const [rows, width] = x.shape;
  const headSize = width / headCount;
  // One row needs no transposing.
  if (rows === 1) return tf.reshape(x, [headCount, 1, headSize]);
  return tf.transpose(tf.reshape<tf.Rank.R3>(x, [rows, headCount, headSize]), [1, 0, 2]);
}

/** [head, rows, headSize] to [rows, width]. */
export function joinHeads(x: tf.Tensor3D): tf.Tensor2D {
  const [headCount, rows, headSize] = x.shape;
  const byRow = rows === 1 ? x : tf.transpose(x, [1, 0, 2]);
  return tf.reshape(byRow, [rows, headCount * headSize]);
}
