/** One block of a ViT, with its norms before attention and MLP. */
import type * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { editedAttention, type LayerEdits } from '../kernels/edited-attention.ts';
import { allTokens, type Axes } from '../kernels/edited-weights.ts';
import { layerNorm } from '../kernels/layer-norm.ts';
import { activeLinear, addLinear } from '../kernels/linear.ts';
import { type AttentionResult, selfAttention } from '../kernels/self-attention.ts';
import { firstRows, tidy } from '../kernels/tensors.ts';
import type { VitLayerWeights } from './vit-weights.ts';

export interface LayerResult {
  /** [token, width] */
  readonly hidden: tf.Tensor2D;
  /** [head, query, key] */
  readonly probs: tf.Tensor3D;
}

/**
 * A block: as it is, with changes, or only as much of it as the first tokens need.
 * @param hidden [token, width]
 * @param edits null for a layer without changes
 * @param axes which tokens these are, and which of them, the first, are wanted; all if absent
 * @returns the tokens of `axes.queries`
 */
export function runLayer(
  hidden: tf.Tensor2D,
  layer: VitLayerWeights,
  activation: Activation,
  edits: LayerEdits | null,
  axes?: Axes,
): LayerResult {
  return tidy(() => {
    const normalized = layerNorm(hidden, layer.normBefore);
    const queryCount = axes?.queries.length ?? hidden.shape[0];
    if (edits === null && queryCount === hidden.shape[0]) {
      return finishLayer(hidden, selfAttention(normalized, layer.attention), layer, activation);
    }
    const tokens = allTokens(hidden.shape[0]);
    const place = axes ?? { queries: tokens, keys: tokens };
    const attention = editedAttention(normalized, layer.attention, edits, place);
    return finishLayer(firstRows(hidden, queryCount), attention, layer, activation);
  });
}

/** What follows the mixing of values: output projection, residual, MLP, residual. */
export function finishLayer(
  hidden: tf.Tensor2D,
  { probs, context }: AttentionResult,
  layer: VitLayerWeights,
  activation: Activation,
): LayerResult {
  const attended = addLinear(hidden, context, layer.attentionOutput);
  const normalized = layerNorm(attended, layer.normAfter);
  const inner = activeLinear(normalized, layer.intermediate, activation);
  return { hidden: addLinear(attended, inner, layer.output), probs };
}
