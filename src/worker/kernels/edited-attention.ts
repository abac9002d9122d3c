/** Self-attention that a person changed, or of which only the first tokens are needed. */
import * as tf from '@tensorflow/tfjs-core';

import {
  type Axes,
  editedWeights,
  type HeadEdit,
  maskedSoftmax,
  seenKeys,
} from './edited-weights.ts';
import {
  type AttentionResult,
  type AttentionWeights,
  selfAttention,
  type StackedProjections,
  stackProjections,
} from './self-attention.ts';
import { joinHeads, scaleHeads, stackHeads, unstackHeads } from './stacked-heads.ts';
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
    if (edits !== null && edits.every(isOnlyScaled)) {
      const { probs, context } = selfAttention(hidden, weights, 1, axes.queries.length);
      return { probs, context: tf.mul<tf.Tensor2D>(context, columnScales(edits, context)) };
    }
    const { query, key, value } = stackProjections(hidden, weights);
    const [headCount, , headSize] = query.shape;
    const queryCount = axes.queries.length;
    const asking =
      queryCount === query.shape[1]
        ? query
        : tf.slice3d(query, [0, 0, 0], [headCount, queryCount, headSize]);
    const probs = attentionWeights({ query: asking, key }, edits, axes);
    return { probs, context: mixValues(probs, value, edits) };
  });
}

/**
 * A layer's weights after replacement and cuts, [head, query, key].
 * @param projections queries scaled, of the tokens of `axes.queries`, and keys of `axes.keys`
 * @param edits null for a layer without changes
 */
export function attentionWeights(
  { query, key }: Omit<StackedProjections, 'value'>,
  edits: LayerEdits | null,
  axes: Axes,
): tf.Tensor3D {
  return tidy(() => layerWeights(tf.matMul<tf.Tensor3D>(query, key, false, true), edits, axes));
}

/**
 * The mixed values of all heads side by side, [query, width], each times its head's scale.
 * @param probs [head, query, key]
 * @param value [head, key, headSize]
 */
export function mixValues(
  probs: tf.Tensor3D,
  value: tf.Tensor3D,
  edits: LayerEdits | null,
): tf.Tensor2D {
  return tidy(() => {
    const context = tf.matMul<tf.Tensor3D>(probs, value);
    return joinHeads(edits === null ? context : scaleHeads(context, scalesOf(edits)));
  });
}

/** Whether a head's weights are as they were. */
function isOnlyScaled(edit: HeadEdit | null): boolean {
  if (edit === null) return true;
  const { weights, hiddenKeys, cuts } = edit;
  return weights === null && hiddenKeys.length === 0 && cuts.length === 0;
}

/** The factors of heads that stand side by side, [1, width]. */
function columnScales(edits: LayerEdits, { shape: [, width] }: tf.Tensor2D): tf.Tensor2D {
  const headSize = width / edits.length;
  const factors = scalesOf(edits).flatMap((scale) => Array<number>(headSize).fill(scale));
  return tf.tensor2d(factors, [1, width]);
}

/** What each head's output is multiplied by. */
export function scalesOf(edits: LayerEdits): number[] {
  return edits.map((edit) => edit?.scale ?? 1);
}

/** [head, query, key] to the same. Heads one by one only where they differ. */
function layerWeights(scores: tf.Tensor3D, edits: LayerEdits | null, axes: Axes): tf.Tensor3D {
  if (edits === null) return tf.softmax<tf.Tensor3D>(scores);
  const [first] = edits;
  if (first !== undefined && areMaskedAlike(edits)) {
    const seen = first === null ? null : seenKeys(first, axes);
    const shape: [number, number, number] = [1, axes.queries.length, axes.keys.length];
    return maskedSoftmax(scores, seen === null ? null : tf.tensor3d(seen, shape, 'float32'));
  }
  return stackHeads(
    unstackHeads(scores).map((ofHead, head) => {
      const edit = edits[head] ?? null;
      return edit === null ? tf.softmax(ofHead) : editedWeights(ofHead, edit, axes);
    }),
  );
}

/** Whether no weights are replaced, and all heads see the same. */
function areMaskedAlike(edits: LayerEdits): boolean {
  const masks = new Set(
    edits.map((edit) => JSON.stringify([edit?.hiddenKeys ?? [], edit?.cuts ?? []])),
  );
  return masks.size === 1 && edits.every((edit) => (edit?.weights ?? null) === null);
}
