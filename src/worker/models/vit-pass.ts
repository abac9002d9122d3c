/** A forward pass through all layers. What it leaves of their attention is the caller's choice. */
import type * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { allTokens } from '../kernels/edited-weights.ts';
import { dispose } from '../kernels/tensors.ts';
import type { PlannedChanges } from './vit-changes.ts';
import { runLayer } from './vit-layer.ts';
import type { VitWeights } from './vit-weights.ts';

export interface PassOptions {
  readonly changes: PlannedChanges | null;
  /** Called before each layer, counted from 0. What it throws ends the pass. */
  readonly onLayer?: ((layer: number) => Promise<void> | void) | undefined;
  /**
   * Is given each layer's weights, [head, query, key], as its own: rows sum to 1, or to 0 where
   * changes hide every key.
   */
  readonly onAttention: (layer: number, probs: tf.Tensor3D) => void;
}

/**
 * @param before what goes into the first layers, [token, width], up to the first that is run; taken
 *   over
 * @returns what goes into each layer, [token, width], and at the end what comes out of the last, of
 *   the first tokens that are read at least; the caller's
 * @throws what `onLayer` throws; nothing but what `onAttention` was given stays on the device then
 */
export async function runLayers(
  weights: VitWeights,
  activation: Activation,
  before: readonly tf.Tensor2D[],
  { changes, onLayer, onAttention }: PassOptions,
): Promise<tf.Tensor2D[]> {
  const hidden = [...before];
  const first = before.length - 1;
  try {
    let flow = hidden[first];
    if (flow === undefined) throw new RangeError('A pass begins with an input.');
    for (const [at, layer] of weights.layers.slice(first).entries()) {
      const index = first + at;
      await onLayer?.(index);
      const queryCount = flow.shape[0];
      const { hidden: after, probs } = runLayer(flow, layer, activation, changes?.[index] ?? null, {
        sets: [allTokens(queryCount)],
        queryCount,
        keptCount: readCount(weights, index, queryCount),
      });
      onAttention(index, probs);
      flow = after;
      hidden.push(flow);
    }
    return hidden;
  } catch (error) {
    dispose(hidden);
    throw error;
  }
}

/** How many of a layer's tokens, the first ones, what follows reads; at least one. */
function readCount(
  { layers, classifiers, readsPatches }: VitWeights,
  layer: number,
  tokenCount: number,
): number {
  if (layer < layers.length - 1 || readsPatches) return tokenCount;
  return Math.max(1, classifiers.length);
}
