/** What Marian's layers have in common. Layers are post-norm: y = LayerNorm(x + Sublayer(x)). */
import * as tf from '@tensorflow/tfjs-core';
import { activate } from '../../kernels/activation.ts';
import { addAndNormalize, layerNorm, type LayerNorm } from '../../kernels/layer-norm.ts';
import { linear } from '../../kernels/linear.ts';
import type { LayerChanges } from '../attention-changes.ts';
import { changeRows, type ChangedRows, type RowPlace } from '../changed-rows.ts';
import type { MarianActivation } from './config.ts';
import type { FeedForward } from './weights.ts';

/** LayerNorm(x + added): [rows, width]. */
export function addAndNormalise(x: tf.Tensor2D, added: tf.Tensor2D, norm: LayerNorm): tf.Tensor2D {
  return addAndNormalize(x, added, norm);
}

/** What a residual sublayer leaves for a backward pass. */
export interface ResidualTape {
  /** x + Sublayer(x), [rows, width] */
  readonly sum: tf.Tensor2D;
  /** LayerNorm of it. */
  readonly output: tf.Tensor2D;
}

export interface FeedForwardTape extends ResidualTape {
  /** Before the activation, [rows, feedForwardWidth]. */
  readonly hidden: tf.Tensor2D;
}

export function tapeResidual(x: tf.Tensor2D, added: tf.Tensor2D, norm: LayerNorm): ResidualTape {
  const sum = tf.add<tf.Tensor2D>(x, added);
  return { sum, output: layerNorm(sum, norm) };
}

export function tapeFeedForward(
  x: tf.Tensor2D,
  { rise, fall, norm }: FeedForward,
  activation: MarianActivation,
): FeedForwardTape {
  const hidden = linear(x, rise);
  // x · sigmoid(x): Ramachandran et al. 2017, arXiv:1710.05941.
  const active =
    activation === 'swish'
      ? tf.mul<tf.Tensor2D>(hidden, tf.sigmoid(hidden))
      : activate(hidden, activation);
  return { hidden, ...tapeResidual(x, linear(active, fall), norm) };
}

export function feedForward(
  x: tf.Tensor2D,
  weights: FeedForward,
  activation: MarianActivation,
): tf.Tensor2D {
  return tapeFeedForward(x, weights, activation).output;
}

/** What the heads of one attention leave for a backward pass. */
export interface HeadsTape {
  /** [head, query, headSize] */
  readonly queries: tf.Tensor3D;
  /** [head, key, headSize] */
  readonly keys: tf.Tensor3D;
  readonly values: tf.Tensor3D;
  /** [head, query, key]: what the values were mixed with. */
  readonly probs: tf.Tensor3D;
  /** Null where nothing was changed. */
  readonly changed: ChangedRows | null;
  /** [query, width]: the mixed values, heads side by side. */
  readonly context: tf.Tensor2D;
}

/**
 * Attention of all heads at once.
 * @param mask added to the scores, [query, key]
 * @param seenCount how many keys a query sees; as the mask says, for a changed layer
 */
export function attendHeads(
  queries: tf.Tensor3D,
  keys: tf.Tensor3D,
  values: tf.Tensor3D,
  changes: LayerChanges | null,
  mask: tf.Tensor2D | null,
  seenCount: (query: number) => number,
): HeadsTape {
  const scores = tf.matMul<tf.Tensor3D>(queries, keys, false, true);
  if (changes === null) {
    const probs = tf.softmax<tf.Tensor3D>(mask === null ? scores : tf.add(scores, mask));
    const context = joinHeads(tf.matMul<tf.Tensor3D>(probs, values));
    return { queries, keys, values, probs, changed: null, context };
  }
  const [headCount, queryCount] = scores.shape;
  const places = Array.from({ length: headCount * queryCount }, (_, row): RowPlace => ({
    head: Math.floor(row / queryCount),
    query: row % queryCount,
  }));
  const { changed, probs, context } = mixChanged(scores, values, places, seenCount, changes);
  return { queries, keys, values, probs, changed, context: joinHeads(context) };
}

/**
 * Values mixed with changed weights.
 * @param scores [group, row, key]
 * @param values [group, key, headSize]
 * @param places one for each row of each group
 */
export function mixChanged(
  scores: tf.Tensor3D,
  values: tf.Tensor3D,
  places: readonly RowPlace[],
  seenCount: (query: number) => number,
  changes: LayerChanges,
): { changed: ChangedRows; probs: tf.Tensor3D; context: tf.Tensor3D } {
  const [groupCount, rowCount, keyCount] = scores.shape;
  const flat = tf.reshape<tf.Rank.R2>(scores, [groupCount * rowCount, keyCount]);
  const changed = changeRows(flat, places, seenCount, changes);
  const probs = tf.reshape<tf.Rank.R3>(changed.probs, [groupCount, rowCount, keyCount]);
  const mixed = tf.matMul<tf.Tensor3D>(probs, values);
  const context =
    changed.scale === null
      ? mixed
      : tf.mul<tf.Tensor3D>(mixed, tf.reshape(changed.scale, [groupCount, rowCount, 1]));
  return { changed, probs, context };
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
