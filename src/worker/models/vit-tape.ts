/** A forward pass over weights that are known already, remembering what a backward pass needs. */
import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import type { LayerEdits } from '../kernels/edited-attention.ts';
import { layerNorm } from '../kernels/layer-norm.ts';
import { projectValues } from '../kernels/self-attention.ts';
import { tidy } from '../kernels/tensors.ts';
import { finishLayer } from './vit-layer.ts';
import type { VitLayerWeights } from './vit-weights.ts';

/** What is remembered of a layer. The rest is computed once more on the way back. */
export interface LayerTape {
  /** What goes into the layer, [token, width]. */
  readonly input: tf.Tensor2D;
  /** The weights that its values were mixed with, [head, query, key]. */
  readonly probs: tf.Tensor3D;
}

/** One head's weights, [query, key], of a layer's [head, query, key]. */
export function headOf(probs: tf.Tensor3D, head: number): tf.Tensor2D {
  const [, queryCount, keyCount] = probs.shape;
  return tf.reshape<tf.Rank.R2>(tf.slice3d(probs, [head, 0, 0], [1, queryCount, keyCount]), [
    queryCount,
    keyCount,
  ]);
}

/**
 * The mixed values of all heads side by side, [query, width].
 * @param values for each head, [key, headSize]
 */
export function mixValues(
  probs: tf.Tensor3D,
  values: readonly tf.Tensor2D[],
  edits: LayerEdits | null,
): tf.Tensor2D {
  return tidy(() => {
    const contexts = values.map((value, head) => {
      const context = tf.matMul<tf.Tensor2D>(headOf(probs, head), value);
      const scale = edits?.[head]?.scale ?? 1;
      return scale === 1 ? context : tf.mul<tf.Tensor2D>(context, scale);
    });
    return tf.concat2d(contexts, 1);
  });
}

/** A layer's result, [token, width], without scores and softmax. */
export function replayLayer(
  { input, probs }: LayerTape,
  layer: VitLayerWeights,
  activation: Activation,
  edits: LayerEdits | null,
): tf.Tensor2D {
  return tidy(() => {
    const values = projectValues(layerNorm(input, layer.normBefore), layer.attention);
    const context = mixValues(probs, values, edits);
    return finishLayer(input, { probs, context }, layer, activation).hidden;
  });
}
