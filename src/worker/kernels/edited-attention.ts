/** Self-attention that a person changed, or of which only the first tokens are needed. */
import * as tf from '@tensorflow/tfjs-core';

import { type Axes, editedWeights, type HeadEdit } from './edited-weights.ts';
import {
  type AttentionResult,
  type AttentionWeights,
  type HeadProjections,
  projectHeads,
  stackHeads,
} from './self-attention.ts';
import { tidy } from './tensors.ts';

/** For each head of a layer, its change or null. */
export type LayerEdits = readonly (HeadEdit | null)[];

/**
 * @param hidden [token, width], the tokens of `axes.keys`; those of `axes.queries` come first
 * @param edits null for a layer without changes
 * @returns the weights after replacement and cuts, before the scale; and the mixed values, scaled
 */
export function editedAttention(
  hidden: tf.Tensor2D,
  weights: AttentionWeights,
  edits: LayerEdits | null,
  axes: Axes,
): AttentionResult {
  return tidy(() => {
    const heads = projectHeads(hidden, weights, axes.queries.length).map((projections, head) =>
      attendWithHead(projections, edits?.[head] ?? null, axes),
    );
    return {
      probs: stackHeads(heads.map(({ probs }) => probs)),
      context: tf.concat2d(
        heads.map(({ context }) => context),
        1,
      ),
    };
  });
}

function attendWithHead(
  { query, key, value }: HeadProjections,
  edit: HeadEdit | null,
  axes: Axes,
): { probs: tf.Tensor2D; context: tf.Tensor2D } {
  const scores = tf.matMul<tf.Tensor2D>(query, tf.transpose(key));
  const probs = edit === null ? tf.softmax<tf.Tensor2D>(scores) : editedWeights(scores, edit, axes);
  const context = tf.matMul<tf.Tensor2D>(probs, value);
  const scale = edit?.scale ?? 1;
  return { probs, context: scale === 1 ? context : tf.mul<tf.Tensor2D>(context, scale) };
}
