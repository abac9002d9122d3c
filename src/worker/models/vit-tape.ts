/** A forward pass, as the way back needs it. */
import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { dispose } from '../kernels/tensors.ts';
import { layerAttention } from './vit-attention.ts';
import { type PassOptions, runLayers } from './vit-pass.ts';
import type { VitWeights } from './vit-weights.ts';

/** What is remembered of a pass; what else the way back needs is computed again. */
export interface VitTape {
  /**
   * What goes into each layer, [token, width], and at the end what comes out of the last, of the
   * first tokens that are read at least.
   */
  readonly hidden: readonly tf.Tensor2D[];
  /** Works with a layer's weights, [head, query, key], which last at least as long as the work. */
  readonly withAttention: <R>(
    layer: number,
    work: (probs: tf.Tensor3D) => R | Promise<R>,
  ) => Promise<R>;
}

/** A tape of one's own. */
export interface RecordedTape extends VitTape {
  readonly dispose: () => void;
}

/** Weights of a pass that take more are computed again on the way back. */
const MOST_KEPT_BYTES = 256 * 2 ** 20;

export interface RecordOptions extends Omit<PassOptions, 'onAttention'> {
  /** What the weights of all layers may take to be kept. */
  readonly mostKeptBytes?: number;
}

/**
 * @param embedded [token, width]; stays the caller's
 * @throws what `onLayer` throws; nothing stays on the device then
 */
export async function recordPass(
  weights: VitWeights,
  activation: Activation,
  embedded: tf.Tensor2D,
  { changes, onLayer, mostKeptBytes = MOST_KEPT_BYTES }: RecordOptions,
): Promise<RecordedTape> {
  const kept: tf.Tensor3D[] = [];
  const onAttention = (_: number, probs: tf.Tensor3D): void => {
    if (4 * probs.size * weights.layers.length <= mostKeptBytes) kept.push(probs);
    else probs.dispose();
  };
  try {
    const hidden = await runLayers(weights, activation, [tf.clone(embedded)], {
      changes,
      onLayer,
      onAttention,
    });
    return {
      hidden,
      withAttention: async (index, work) => {
        const known = kept[index];
        if (known !== undefined) return work(known);
        const [input, layer] = [hidden[index], weights.layers[index]];
        if (input === undefined || layer === undefined)
          throw new RangeError(`There is no layer ${index}.`);
        const probs = layerAttention(input, layer, activation, changes?.[index] ?? null);
        try {
          return await work(probs);
        } finally {
          probs.dispose();
        }
      },
      dispose: () => dispose([hidden, kept]),
    };
  } catch (error) {
    dispose(kept);
    throw error;
  }
}
