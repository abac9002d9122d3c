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
import { takeHeads, tidy } from '../kernels/tensors.ts';
import type { VitLayerWeights, VitWeights } from './vit-weights.ts';

/** What is remembered of a layer. */
export interface LayerTape {
  /** What goes into the layer, [token, width]. */
  readonly input: tf.Tensor2D;
  /** The weights that its values were mixed with, [head, query, key]. */
  readonly probs: tf.Tensor3D;
}

/**
 * Is shown the weights of some heads, [head, query, key], and the gradient with respect to them, as
 * the values were mixed with them: after changes, before a head's scale. Neither outlives the call.
 */
export type SeeGradient = (probs: tf.Tensor3D, gradient: tf.Tensor3D, firstHead: number) => void;

export interface HeadGradientOptions {
  readonly see: SeeGradient;
  /** How much of a layer's weights is taken at once; the way back needs five times as much. */
  readonly bytesAtOnce?: number | undefined;
}

const BYTES_AT_ONCE = 64 * 2 ** 20;

/**
 * The gradient of a logit, the mean of the classifiers' logits of a label, with respect to what comes
 * out of the last layer: [token, width], zeros but for the tokens that are classified.
 * @param hidden what comes out of the last layer, of the first tokens that are read at least
 */
export function logitGradient(
  hidden: tf.Tensor2D,
  { classifiers, readsPatches, specialTokens, finalNorm }: VitWeights,
  target: number,
  tokenCount: number,
): tf.Tensor2D {
  return tidy(() => {
    const [, width] = hidden.shape;
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
 * The gradient with respect to what goes into a layer, [token, width].
 * @param gradient with respect to what comes out of it, [token, width]
 * @param edits the layer's changes, as in the forward pass
 */
export function layerGradient(
  { input, probs }: LayerTape,
  gradient: tf.Tensor2D,
  layer: VitLayerWeights,
  activation: Activation,
  edits: LayerEdits | null,
  { see, bytesAtOnce = BYTES_AT_ONCE }: HeadGradientOptions,
): tf.Tensor2D {
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
    const towardsProjections = headGradients(probs, heads, towardsContext, edits, {
      see,
      bytesAtOnce,
    });
    const towardsNormalized = linearGradient(towardsProjections, joinProjections(layer.attention));
    const towardsInput = layerNormGradient(input, towardsNormalized, layer.normBefore);
    return tf.add<tf.Tensor2D>(towardsAttended, towardsInput);
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
 * Some heads after others, so that what there is of them at once stays small however many tokens.
 * @param towardsContext with respect to the mixed values, [token, width], heads side by side
 * @returns with respect to the projections, [token, 3 · width], queries of all heads, keys, values
 */
function headGradients(
  probs: tf.Tensor3D,
  projections: StackedProjections,
  towardsContext: tf.Tensor2D,
  edits: LayerEdits | null,
  { see, bytesAtOnce }: { readonly see: SeeGradient; readonly bytesAtOnce: number },
): tf.Tensor2D {
  const [headCount, tokenCount] = probs.shape;
  const atOnce = Math.max(1, Math.floor(bytesAtOnce / (4 * tokenCount ** 2)));
  return tidy(() => {
    const split = splitHeads(towardsContext, headCount);
    const scaled = edits === null ? split : scaleHeads(split, scalesOf(edits));
    const towards: StackedProjections[] = [];
    for (let first = 0; first < headCount; first += atOnce) {
      const count = Math.min(atOnce, headCount - first);
      const take = (heads: tf.Tensor3D): tf.Tensor3D => someHeads(heads, first, count);
      const ofGroup = tidy(() => {
        const { query, key, value } = projections;
        const group = { query: take(query), key: take(key), value: take(value) };
        const editsOfGroup = edits?.slice(first, first + count) ?? null;
        const seeGroup = (weights: tf.Tensor3D, gradient: tf.Tensor3D): void =>
          see(weights, gradient, first);
        return groupGradients(take(probs), group, take(scaled), editsOfGroup, seeGroup);
      });
      towards.push(ofGroup);
    }
    const parts = (['query', 'key', 'value'] as const).flatMap((part) =>
      towards.map((group) => group[part]),
    );
    return joinHeads(tf.concat3d(parts, 0));
  });
}

function someHeads(heads: tf.Tensor3D, first: number, count: number): tf.Tensor3D {
  return count === heads.shape[0] ? heads : takeHeads(heads, first, count);
}

/** @param scaled with respect to the mixed values, times the heads' scales, [head, token, headSize] */
function groupGradients(
  probs: tf.Tensor3D,
  { query, key, value }: StackedProjections,
  scaled: tf.Tensor3D,
  edits: LayerEdits | null,
  see: (probs: tf.Tensor3D, gradient: tf.Tensor3D) => void,
): StackedProjections {
  const tokens = allTokens(probs.shape[1]);
  const towardsProbs = tf.matMul<tf.Tensor3D>(scaled, value, false, true);
  see(probs, towardsProbs);
  const towardsScores = editedWeightsGradient(probs, towardsProbs, edits, {
    queries: tokens,
    keys: tokens,
  });
  return {
    query: tf.matMul<tf.Tensor3D>(towardsScores, key),
    key: tf.matMul<tf.Tensor3D>(towardsScores, query, true, false),
    value: tf.matMul<tf.Tensor3D>(probs, scaled, true, false),
  };
}
