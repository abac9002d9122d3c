import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../kernels/linear.ts';
import { selfAttention } from '../../kernels/self-attention.ts';
import { tidy } from '../../kernels/tensors.ts';
import { sinusoids } from '../embedding-table.ts';
import type { MarianConfig } from './config.ts';
import { addAndNormalise, feedForward, splitHeads } from './layers.ts';
import type { MarianWeights } from './weights.ts';

/** Keys and values of the source for one decoder layer: [head, source token, headSize]. */
export interface CrossCache {
  readonly keys: tf.Tensor3D;
  readonly values: tf.Tensor3D;
}

export interface EncoderOutput {
  /** For each layer: [head, query, key]. */
  readonly attention: readonly tf.Tensor3D[];
  readonly cross: readonly CrossCache[];
}

/** The encoder, and what every decoder layer will ask of its output. */
export function runEncoder(
  ids: readonly number[],
  weights: MarianWeights,
  { width, activation, decoder }: MarianConfig,
): EncoderOutput {
  return tidy(() => {
    const positions = sinusoids(0, ids.length, width);
    let x = tf.tensor2d(weights.source.read(ids, positions), [ids.length, width]);
    const attention = weights.encoder.map((layer) => {
      const { probs, context } = selfAttention(x, layer.attention);
      x = addAndNormalise(x, linear(context, layer.output), layer.norm);
      x = feedForward(x, layer.feedForward, activation);
      return probs;
    });
    const cross = weights.decoder.map((layer) => ({
      keys: splitHeads(linear(x, layer.cross.key), decoder.headCount),
      values: splitHeads(linear(x, layer.cross.value), decoder.headCount),
    }));
    return { attention, cross };
  });
}
