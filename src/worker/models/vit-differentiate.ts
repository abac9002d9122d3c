/** Gradients of one logit with respect to attention weights and tokens. */
import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { layerNorm } from '../kernels/layer-norm.ts';
import { type LayerEdits, scalesOf } from '../kernels/edited-attention.ts';
import { projectValues } from '../kernels/self-attention.ts';
import { scaleHeads, unstackHeads } from '../kernels/stacked-heads.ts';
import { tidy } from '../kernels/tensors.ts';
import { layerGradient, logitGradient, type SeeGradient } from './vit-backward.ts';
import type { PlannedChanges } from './vit-changes.ts';
import type { VitTape } from './vit-tape.ts';
import type { VitLayerWeights, VitWeights } from './vit-weights.ts';

export interface DifferentiateOptions {
  /** Those that the tape's pass was made with. */
  readonly changes: PlannedChanges | null;
  /** Called before each layer, the last one first. What it throws ends the pass. */
  readonly onLayer?: () => Promise<void> | void;
  /** Is shown each layer's weights and their gradient, the last layer first. */
  readonly onGradient?: (layer: number, ...seen: Parameters<SeeGradient>) => void;
  /** How much of a layer's weights is taken at once. */
  readonly bytesAtOnce?: number;
}

/**
 * @param target index of a label
 * @returns the gradient with respect to the tokens that go into the first layer, [token, width]; the
 *   caller's
 * @throws what `onLayer` throws; nothing stays on the device then
 */
export async function differentiate(
  weights: VitWeights,
  activation: Activation,
  { hidden, withAttention }: VitTape,
  target: number,
  { changes, onLayer, onGradient, bytesAtOnce }: DifferentiateOptions,
): Promise<tf.Tensor2D> {
  const output = hidden[weights.layers.length];
  if (output === undefined) throw new RangeError('The tape has too few layers.');
  const tokenCount = hidden[0]?.shape[0] ?? 0;
  let flow = logitGradient(output, weights, target, tokenCount);
  try {
    for (const [index, layer] of [...weights.layers.entries()].toReversed()) {
      const input = hidden[index];
      if (input === undefined) throw new RangeError(`There is no layer ${index}.`);
      await onLayer?.();
      const after = flow;
      const edits = changes?.[index] ?? null;
      flow = await withAttention(index, (probs) =>
        layerGradient({ input, probs }, after, layer, activation, edits, {
          see: (...seen) => onGradient?.(index, ...seen),
          bytesAtOnce,
        }),
      );
      after.dispose();
    }
    return flow;
  } catch (error) {
    flow.dispose();
    throw error;
  }
}

/**
 * What each head adds to a query for a weight of 1, [key, width] for each head: its values through
 * its part of the output projection, times its scale, without the output's bias.
 * @param input what goes into the layer, [token, width]
 */
export function valueVectors(
  input: tf.Tensor2D,
  layer: VitLayerWeights,
  edits: LayerEdits | null,
): tf.Tensor2D[] {
  return tidy(() => {
    const value = projectValues(layerNorm(input, layer.normBefore), layer.attention);
    const [headCount, , headSize] = value.shape;
    const { weight } = layer.attentionOutput;
    const parts = tf.reshape<tf.Rank.R3>(weight, [headCount, headSize, weight.shape[1]]);
    const scaled = edits === null ? value : scaleHeads(value, scalesOf(edits));
    return unstackHeads(tf.matMul<tf.Tensor3D>(scaled, parts));
  });
}
