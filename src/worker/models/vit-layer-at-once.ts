/** A block of a ViT by a kernel that does all of it, where the backend has one. */
import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { VIT_LAYER, hasKernel, runKernel } from '../kernels/custom-kernel.ts';
import type { AttentionWeights } from '../kernels/self-attention.ts';
import { LAYER_ACTIVATIONS } from '../kernels/wasm/vit-layer-kernel.ts';
import type { LayerResult, TokenSets } from './vit-layer.ts';
import type { VitLayerWeights } from './vit-weights.ts';

/** Whether there is such a kernel, and it can do these weights and this activation. */
export function canRunAtOnce({ form }: AttentionWeights, activation: Activation): boolean {
  const isKnown = LAYER_ACTIVATIONS.some((name) => name === activation);
  return form === 'batched' && isKnown && hasKernel(VIT_LAYER);
}

/**
 * A block without changes, in one call.
 * @param hidden [set · token, width]
 */
export function runLayerAtOnce(
  hidden: tf.Tensor2D,
  layer: VitLayerWeights,
  activation: Activation,
  { sets, queryCount, keptCount = queryCount }: TokenSets,
): LayerResult {
  const { normBefore, attention, attentionOutput, normAfter, intermediate, output } = layer;
  if (attention.form !== 'batched') throw new TypeError('The kernel takes joined projections.');
  const biases = {
    projectBias: attention.all.bias,
    joinBias: attentionOutput.bias,
    upBias: intermediate.bias,
    downBias: output.bias,
  };
  const given = Object.entries(biases).flatMap(([name, bias]) =>
    bias === null ? [] : [[name, bias] as const],
  );
  const [kept, probs] = runKernel<[tf.Tensor2D, tf.Tensor3D]>(
    VIT_LAYER,
    {
      hidden,
      scaleBefore: normBefore.scale,
      shiftBefore: normBefore.shift,
      project: attention.all.weight,
      join: attentionOutput.weight,
      scaleAfter: normAfter.scale,
      shiftAfter: normAfter.shift,
      up: intermediate.weight,
      down: output.weight,
      ...Object.fromEntries(given),
    },
    {
      epsilonBefore: normBefore.epsilon,
      epsilonAfter: normAfter.epsilon,
      headCount: attention.headCount,
      activation,
      setCount: sets.length,
      queryCount,
      keptCount,
    },
  );
  return { hidden: kept, probs };
}
