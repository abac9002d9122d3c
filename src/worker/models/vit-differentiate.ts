/** Gradients of one logit with respect to attention weights and tokens: there, and back. */
import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { layerNorm } from '../kernels/layer-norm.ts';
import { scalesOf } from '../kernels/edited-attention.ts';
import { projectValues } from '../kernels/self-attention.ts';
import { scaleHeads, unstackHeads } from '../kernels/stacked-heads.ts';
import { dispose, tidy } from '../kernels/tensors.ts';
import { layerGradients, logitGradient } from './vit-backward.ts';
import type { PlannedChanges } from './vit-changes.ts';
import { runLayer } from './vit-layer.ts';
import { type LayerTape, replayLayer } from './vit-tape.ts';
import type { VitWeights } from './vit-weights.ts';

export interface DifferentiateOptions {
  /**
   * For each layer, the weights that a run with the same changes left, [head, query, key]; null to
   * compute them.
   */
  readonly attention: readonly tf.Tensor3D[] | null;
  readonly changes: PlannedChanges | null;
  /** Called before each layer, on the way there and on the way back. What it throws ends the pass. */
  readonly onLayer?: () => Promise<void> | void;
}

/** Gradients of one logit. The caller disposes of them. */
export interface LogitGradients {
  /**
   * With respect to each layer's attention weights, [head, query, key], as the values were mixed with
   * them: after changes, before a head's scale.
   */
  readonly attention: readonly tf.Tensor3D[];
  /** With respect to the tokens that go into the first layer, [token, width]. */
  readonly embedded: tf.Tensor2D;
}

/**
 * Layers in their order on the way there, in reverse on the way back.
 * @param embedded [token, width]; stays the caller's
 * @param target index of a label
 * @throws what `onLayer` throws; nothing stays on the device then
 */
export async function differentiate(
  weights: VitWeights,
  activation: Activation,
  embedded: tf.Tensor2D,
  target: number,
  options: DifferentiateOptions,
): Promise<LogitGradients> {
  const { changes, onLayer } = options;
  const { tapes, output } = await record(weights, activation, embedded, options);
  const attention: tf.Tensor3D[] = [];
  let flow = output;
  try {
    flow = logitGradient(output, weights, target);
    output.dispose();
    for (const [index, tape] of [...tapes.entries()].toReversed()) {
      const layer = weights.layers[index];
      if (layer === undefined) throw new RangeError(`There is no layer ${index}.`);
      await onLayer?.();
      const after = flow;
      const before = layerGradients(tape, after, layer, activation, changes?.[index] ?? null);
      after.dispose();
      flow = before.input;
      attention.unshift(before.probs);
    }
    return { attention, embedded: flow };
  } catch (error) {
    dispose([attention, flow, output]);
    throw error;
  } finally {
    dispose(tapes);
  }
}

/**
 * What each head adds to a query for a weight of 1, [key, width] for each head: its values through
 * its part of the output projection, times its scale, without the output's bias.
 * @param embedded [token, width]; stays the caller's
 * @param index of the layer
 * @throws what `onLayer` throws; nothing stays on the device then
 */
export async function valueVectors(
  weights: VitWeights,
  activation: Activation,
  embedded: tf.Tensor2D,
  index: number,
  options: DifferentiateOptions,
): Promise<tf.Tensor2D[]> {
  const layer = weights.layers[index];
  if (layer === undefined) throw new RangeError(`There is no layer ${index}.`);
  const before = { ...weights, layers: weights.layers.slice(0, index) };
  const { tapes, output } = await record(before, activation, embedded, options);
  dispose(tapes);
  const edits = options.changes?.[index] ?? null;
  const vectors = tidy(() => {
    const value = projectValues(layerNorm(output, layer.normBefore), layer.attention);
    const [headCount, , headSize] = value.shape;
    const { weight } = layer.attentionOutput;
    const parts = tf.reshape<tf.Rank.R3>(weight, [headCount, headSize, weight.shape[1]]);
    const scaled = edits === null ? value : scaleHeads(value, scalesOf(edits));
    return unstackHeads(tf.matMul<tf.Tensor3D>(scaled, parts));
  });
  output.dispose();
  return vectors;
}

/** The forward pass. Tapes and output are the caller's. */
async function record(
  weights: VitWeights,
  activation: Activation,
  embedded: tf.Tensor2D,
  { attention, changes, onLayer }: DifferentiateOptions,
): Promise<{ readonly tapes: readonly LayerTape[]; readonly output: tf.Tensor2D }> {
  const tapes: LayerTape[] = [];
  let flow = tf.clone(embedded);
  try {
    for (const [index, layer] of weights.layers.entries()) {
      await onLayer?.();
      const input = flow;
      const edits = changes?.[index] ?? null;
      const known = attention?.[index];
      const { hidden, probs } =
        known === undefined
          ? runLayer(input, layer, activation, edits)
          : tidy(() => {
              // The tape's own, so that all tapes are given up alike.
              const probs = tf.clone(known);
              return { hidden: replayLayer({ input, probs }, layer, activation, edits), probs };
            });
      tapes.push({ input, probs });
      flow = hidden;
    }
    return { tapes, output: flow };
  } catch (error) {
    dispose([tapes, flow]);
    throw error;
  }
}
