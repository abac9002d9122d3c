/** A forward pass over weights that are known already, remembering what a backward pass needs. */
import type * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { type LayerEdits, mixValues } from '../kernels/edited-attention.ts';
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

/** A layer's result, [token, width], without scores and softmax. */
export function replayLayer(
  { input, probs }: LayerTape,
  layer: VitLayerWeights,
  activation: Activation,
  edits: LayerEdits | null,
): tf.Tensor2D {
  return tidy(() => {
    const value = projectValues(layerNorm(input, layer.normBefore), layer.attention);
    const context = mixValues(probs, value, edits);
    return finishLayer(input, { probs, context }, layer, activation).hidden;
  });
}
