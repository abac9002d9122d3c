/** One block of a ViT, with its norms before attention and MLP. */
import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { editedAttention, type LayerEdits } from '../kernels/edited-attention.ts';
import { allTokens } from '../kernels/edited-weights.ts';
import { layerNorm } from '../kernels/layer-norm.ts';
import { activeLinear, addLinear } from '../kernels/linear.ts';
import { type AttentionResult, selfAttention } from '../kernels/self-attention.ts';
import { tidy } from '../kernels/tensors.ts';
import { firstOfEach, rowsOfSet } from '../kernels/token-sets.ts';
import { canRunAtOnce, runLayerAtOnce } from './vit-layer-at-once.ts';
import type { VitLayerWeights } from './vit-weights.ts';

export interface LayerResult {
  /** [set · token, width] */
  readonly hidden: tf.Tensor2D;
  /** [head, query, key] */
  readonly probs: tf.Tensor3D;
}

/** Sets of tokens that know nothing of each other, and how many of each, the first, are wanted. */
export interface TokenSets {
  /** The tokens of each set, by their index among all tokens; as many in each. */
  readonly sets: readonly Int32Array[];
  /** Of how many the weights are wanted. */
  readonly queryCount: number;
  /** Of how many of these what comes out of the block is wanted; of all of them if absent. */
  readonly keptCount?: number;
}

/**
 * A block: as it is, with changes, or only as much of it as the first tokens need.
 * @param hidden [set · token, width]
 * @param edits null for a layer without changes
 * @param tokens which tokens these are, and which of them are wanted; one set of all if absent
 * @returns [set · kept, width], and the weights with the heads of one set after those of another
 */
export function runLayer(
  hidden: tf.Tensor2D,
  packedLayer: VitLayerWeights,
  activation: Activation,
  edits: LayerEdits | null,
  tokens: TokenSets = everyToken(hidden.shape[0]),
): LayerResult {
  const setCount = tokens.sets.length;
  const { queryCount, keptCount = queryCount } = tokens;
  return tidy(() => {
    const layer = expandLayer(packedLayer);
    if (edits === null && canRunAtOnce(layer.attention, activation)) {
      return runLayerAtOnce(hidden, layer, activation, tokens);
    }
    const normalized = layerNorm(hidden, layer.normBefore);
    const attention =
      edits === null
        ? selfAttention(normalized, layer.attention, setCount, queryCount)
        : editedSets(normalized, layer, edits, tokens);
    const kept = firstOfEach(hidden, setCount, keptCount);
    const context = firstOfEach(attention.context, setCount, keptCount);
    return finishLayer(kept, { probs: attention.probs, context }, layer, activation);
  });
}

/** Each part asked for once: what is packed is expanded with every question. */
function expandLayer(layer: VitLayerWeights): VitLayerWeights {
  const { normBefore, attention, attentionOutput, normAfter, intermediate, output } = layer;
  return { normBefore, attention, attentionOutput, normAfter, intermediate, output };
}

function everyToken(count: number): TokenSets {
  return { sets: [allTokens(count)], queryCount: count };
}

/** What is changed names tokens, which stand at other places in each set. */
function editedSets(
  rows: tf.Tensor2D,
  { attention }: VitLayerWeights,
  edits: LayerEdits,
  { sets, queryCount }: TokenSets,
): AttentionResult {
  const results = sets.map((keys, set) => {
    const queries = keys.subarray(0, queryCount);
    return editedAttention(rowsOfSet(rows, sets.length, set), attention, edits, { queries, keys });
  });
  return {
    probs: tf.concat3d(
      results.map(({ probs }) => probs),
      0,
    ),
    context: tf.concat2d(
      results.map(({ context }) => context),
      0,
    ),
  };
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
