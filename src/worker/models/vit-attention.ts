/** One layer's attention alone, from what goes into the layer. */
import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { attentionWeights, type LayerEdits } from '../kernels/edited-attention.ts';
import { allTokens } from '../kernels/edited-weights.ts';
import { layerNorm } from '../kernels/layer-norm.ts';
import { projectQuery } from '../kernels/self-attention.ts';
import { tidy } from '../kernels/tensors.ts';
import { runLayer } from './vit-layer.ts';
import type { VitLayerWeights } from './vit-weights.ts';

/**
 * The weights that a forward pass leaves, [head, query, key], computed again.
 * @param input [token, width]
 * @param edits null for a layer without changes
 */
export function layerAttention(
  input: tf.Tensor2D,
  layer: VitLayerWeights,
  activation: Activation,
  edits: LayerEdits | null,
): tf.Tensor3D {
  const queryCount = input.shape[0];
  const tokens = { sets: [allTokens(queryCount)], queryCount, keptCount: 1 };
  return tidy(() => runLayer(input, layer, activation, edits, tokens).probs);
}

/**
 * One query's row of every head, [head, key]: as many products as there are tokens, not their square.
 * @param input [token, width]
 * @param edits null for a layer without changes
 */
export function attentionRow(
  input: tf.Tensor2D,
  layer: VitLayerWeights,
  query: number,
  edits: LayerEdits | null,
): tf.Tensor2D {
  return tidy(() => {
    const normalized = layerNorm(input, layer.normBefore);
    const projections = projectQuery(normalized, layer.attention, query);
    const [headCount, keyCount] = projections.key.shape;
    const axes = { queries: Int32Array.of(query), keys: allTokens(keyCount) };
    const probs = attentionWeights(projections, edits, axes);
    return tf.reshape<tf.Rank.R2>(probs, [headCount, keyCount]);
  });
}
