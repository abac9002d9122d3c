import * as tf from '@tensorflow/tfjs-core';

import type { LayerEdits } from './edited-attention.ts';
import { allTokens, type Axes, permute, permutedPlaces, seenKeys } from './edited-weights.ts';
import { scaleHeads } from './stacked-heads.ts';
import { tidy } from './tensors.ts';

/**
 * The gradient with respect to the scores of a layer, from that with respect to its weights as they
 * were edited. Weights that do not come from the scores, or by a jump, pass nothing on.
 * @param probs the edited weights, [head, query, key]
 * @param gradient [head, query, key]
 * @param edits null for a layer without changes
 */
export function editedWeightsGradient(
  probs: tf.Tensor3D,
  gradient: tf.Tensor3D,
  edits: LayerEdits | null,
  axes: Axes,
): tf.Tensor3D {
  return tidy(() => {
    // Of the softmax. A hidden key's weight is 0, and so is what it passes on.
    const weighted = tf.mul<tf.Tensor3D>(probs, gradient);
    const sums = tf.sum(weighted, 2, true);
    const towardsScores = tf.sub<tf.Tensor3D>(weighted, tf.mul(probs, sums));
    if (edits === null) return towardsScores;
    const scaled = scaleHeads(towardsScores, edits.map(factorOf));
    // A row's sum does not mind the order, so that the gradient can be moved back at the end.
    return edits.some((edit) => edit?.weights?.kind === 'permuted')
      ? tf.reshape<tf.Rank.R3>(permute(scaled, placesBack(edits, axes)), probs.shape)
      : scaled;
  });
}

function factorOf(edit: LayerEdits[number]): number {
  switch (edit?.weights?.kind) {
    case undefined:
    case 'permuted':
      return 1;
    case 'temperature':
      return 1 / edit.weights.temperature;
    case 'uniform':
    case 'one-hot':
    case 'fixed':
      return 0;
  }
}

/** Where each weight went, [head · query · key]; its own place in heads that were not permuted. */
function placesBack(edits: LayerEdits, axes: Axes): Int32Array {
  const size = axes.queries.length * axes.keys.length;
  const back = allTokens(edits.length * size);
  for (const [head, edit] of edits.entries()) {
    if (edit?.weights?.kind !== 'permuted') continue;
    const places = permutedPlaces(edit.weights.seed, axes, seenKeys(edit, axes));
    for (const [to, from] of places.entries()) back[head * size + from] = head * size + to;
  }
  return back;
}
