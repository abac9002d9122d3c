/**
 * The backward pass by hand: gradients of one logit. tfjs's own differentiation lacks operations on
 * some backends; these are plain products and sums, the same everywhere.
 */
import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { activationGradient } from '../kernels/activation.ts';
import { type LayerEdits, mixValues, scalesOf } from '../kernels/edited-attention.ts';
import { editedWeightsGradient } from '../kernels/edited-weights-gradient.ts';
import { allTokens } from '../kernels/edited-weights.ts';
import { layerNorm, layerNormGradient } from '../kernels/layer-norm.ts';
import { linear, linearGradient } from '../kernels/linear.ts';
import {
  joinProjections,
  stackProjections,
  type StackedProjections,
} from '../kernels/self-attention.ts';
import { joinHeads, scaleHeads, splitHeads } from '../kernels/stacked-heads.ts';
import { tidy } from '../kernels/tensors.ts';
import type { LayerTape } from './vit-tape.ts';
import type { VitLayerWeights, VitWeights } from './vit-weights.ts';

/** Gradients that a layer passes on. */
export interface LayerGradients {
  /** With respect to what goes into the layer, [token, width]. */
  readonly input: tf.Tensor2D;
  /** With respect to the weights that its values were mixed with, [head, query, key]. */
  readonly probs: tf.Tensor3D;
}

/**
 * The gradient of a logit, the mean of the classifiers' logits of a label, with respect to what comes
 * out of the last layer: [token, width], zeros but for the tokens that are classified.
 * @param hidden what comes out of the last layer, [token, width]
 */
export function logitGradient(
  hidden: tf.Tensor2D,
  { classifiers, readsPatches, specialTokens, finalNorm }: VitWeights,
  target: number,
): tf.Tensor2D {
  return tidy(() => {
    const [tokenCount, width] = hidden.shape;
    const [classifier] = classifiers;
    if (readsPatches && classifier !== undefined) {
      const column = tf.slice2d(classifier.weight, [0, target], [2 * width, 1]);
      const towardsAll = spread(column, tokenCount, specialTokens.shape[0], width);
      return layerNormGradient(hidden, towardsAll, finalNorm);
    }
    const special = tf.slice2d(hidden, [0, 0], [classifiers.length, width]);
    const columns = classifiers.map(({ weight }) =>
      tf.reshape<tf.Rank.R2>(tf.slice2d(weight, [0, target], [width, 1]), [1, width]),
    );
    const gradient = tf.div<tf.Tensor2D>(tf.concat2d(columns, 0), classifiers.length);
    const towardsSpecial = layerNormGradient(special, gradient, finalNorm);
    return tf.pad2d(towardsSpecial, [
      [0, tokenCount - classifiers.length],
      [0, 0],
    ]);
  });
}

/**
 * The gradient of what reads [CLS] and the mean of the patches: the first half of the column for
 * [CLS], an equal share of the second for each patch, nothing for other special tokens.
 * @param column [2 · width, 1]
 * @returns [token, width]
 */
function spread(
  column: tf.Tensor2D,
  tokenCount: number,
  specialCount: number,
  width: number,
): tf.Tensor2D {
  const patchCount = tokenCount - specialCount;
  const first = tf.reshape<tf.Rank.R2>(tf.slice2d(column, [0, 0], [width, 1]), [1, width]);
  const mean = tf.reshape<tf.Rank.R2>(tf.slice2d(column, [width, 0], [width, 1]), [1, width]);
  const ofSpecial = tf.pad2d(first, [
    [0, specialCount - 1],
    [0, 0],
  ]);
  const ofPatches = tf.tile(tf.div<tf.Tensor2D>(mean, patchCount), [patchCount, 1]);
  return tf.concat2d([ofSpecial, ofPatches], 0);
}

/**
 * @param gradient with respect to what comes out of the layer, [token, width]
 * @param edits the layer's changes, as in the forward pass
 */
export function layerGradients(
  { input, probs }: LayerTape,
  gradient: tf.Tensor2D,
  layer: VitLayerWeights,
  activation: Activation,
  edits: LayerEdits | null,
): LayerGradients {
  return tidy(() => {
    const normalized = layerNorm(input, layer.normBefore);
    const heads = stackProjections(normalized, layer.attention);
    const context = mixValues(probs, heads.value, edits);
    const attended = tf.add<tf.Tensor2D>(input, linear(context, layer.attentionOutput));
    const towardsAttended = tf.add<tf.Tensor2D>(
      gradient,
      mlpGradient(attended, gradient, layer, activation),
    );
    const towardsContext = linearGradient(towardsAttended, layer.attentionOutput);
    const ofHeads = headGradients(probs, heads, towardsContext, edits);
    const towardsNormalized = linearGradient(ofHeads.projections, joinProjections(layer.attention));
    const towardsInput = layerNormGradient(input, towardsNormalized, layer.normBefore);
    return { input: tf.add<tf.Tensor2D>(towardsAttended, towardsInput), probs: ofHeads.probs };
  });
}

/** Through the MLP and the norm before it: [token, width] to the same. */
function mlpGradient(
  attended: tf.Tensor2D,
  gradient: tf.Tensor2D,
  layer: VitLayerWeights,
  activation: Activation,
): tf.Tensor2D {
  return tidy(() => {
    const inner = linear(layerNorm(attended, layer.normAfter), layer.intermediate);
    const towardsInner = activationGradient(
      inner,
      linearGradient(gradient, layer.output),
      activation,
    );
    const towardsNormalized = linearGradient(towardsInner, layer.intermediate);
    return layerNormGradient(attended, towardsNormalized, layer.normAfter);
  });
}

/**
 * @param towardsContext with respect to the mixed values, [token, width], heads side by side
 * @returns `projections`: [token, 3 · width], queries of all heads, keys, values
 */
function headGradients(
  probs: tf.Tensor3D,
  { query, key, value }: StackedProjections,
  towardsContext: tf.Tensor2D,
  edits: LayerEdits | null,
): { readonly probs: tf.Tensor3D; readonly projections: tf.Tensor2D } {
  return tidy(() => {
    const tokens = allTokens(towardsContext.shape[0]);
    const split = splitHeads(towardsContext, probs.shape[0]);
    const scaled = edits === null ? split : scaleHeads(split, scalesOf(edits));
    const towardsProbs = tf.matMul<tf.Tensor3D>(scaled, value, false, true);
    const towardsScores = editedWeightsGradient(probs, towardsProbs, edits, {
      queries: tokens,
      keys: tokens,
    });
    const projections = tf.concat3d(
      [
        tf.matMul<tf.Tensor3D>(towardsScores, key),
        tf.matMul<tf.Tensor3D>(towardsScores, query, true, false),
        tf.matMul<tf.Tensor3D>(probs, scaled, true, false),
      ],
      0,
    );
    return { probs: towardsProbs, projections: joinHeads(projections) };
  });
}
