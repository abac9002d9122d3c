import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../kernels/linear.ts';
import { stackProjections, selfAttention } from '../../kernels/self-attention.ts';
import { tidy } from '../../kernels/tensors.ts';
import type { LayerChanges, ModelChanges } from '../attention-changes.ts';
import type { MarianActivation, MarianConfig } from './config.ts';
import {
  addAndNormalise,
  attendHeads,
  feedForward,
  type FeedForwardTape,
  type HeadsTape,
  type ResidualTape,
  splitHeads,
  tapeFeedForward,
  tapeResidual,
} from './layers.ts';
import type { EncoderLayer, MarianWeights } from './weights.ts';

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

export interface EncoderLayerTape {
  readonly heads: HeadsTape;
  readonly attended: ResidualTape;
  readonly fed: FeedForwardTape;
}

/** All that a backward pass through the encoder needs. */
export interface EncoderTape {
  readonly layers: readonly EncoderLayerTape[];
  readonly cross: readonly CrossCache[];
}

/** The encoder, and what every decoder layer will ask of its output. */
export function runEncoder(
  ids: readonly number[],
  weights: MarianWeights,
  config: MarianConfig,
  changes: ModelChanges | null,
): EncoderOutput {
  return tidy(() => {
    let x = embed(ids, weights, config);
    const attention = weights.encoder.map((layer, index) => {
      const change = changes?.encoder[index] ?? null;
      if (change !== null) {
        const { heads, fed } = tapeLayer(x, layer, config.activation, change);
        x = fed.output;
        return heads.probs;
      }
      const input = x;
      // Weights that were packed are expanded for one layer at a time.
      const { output, probs } = tidy(() => {
        const { probs, context } = selfAttention(input, layer.attention);
        const attended = addAndNormalise(input, linear(context, layer.output), layer.norm);
        return { output: feedForward(attended, layer.feedForward, config.activation), probs };
      });
      x = output;
      return probs;
    });
    return { attention, cross: crossCaches(x, weights, config) };
  });
}

/** The encoder once more, with all that a backward pass needs. */
export function tapeEncoder(
  ids: readonly number[],
  weights: MarianWeights,
  config: MarianConfig,
  changes: ModelChanges | null,
): EncoderTape {
  return tidy(() => {
    let x = embed(ids, weights, config);
    const layers = weights.encoder.map((layer, index) => {
      const tape = tapeLayer(x, layer, config.activation, changes?.encoder[index] ?? null);
      x = tape.fed.output;
      return tape;
    });
    return { layers, cross: crossCaches(x, weights, config) };
  });
}

/**
 * Source tokens with their positions: [token, width].
 * @param states to write to; an array of their own if absent
 */
export function embedSource(
  ids: readonly number[],
  weights: MarianWeights,
  states?: Float32Array,
): Float32Array {
  return weights.source.read(ids, weights.positions.first(ids.length), states);
}

function embed(
  ids: readonly number[],
  weights: MarianWeights,
  { width }: MarianConfig,
): tf.Tensor2D {
  return tf.tensor2d(embedSource(ids, weights), [ids.length, width]);
}

function crossCaches(
  x: tf.Tensor2D,
  weights: MarianWeights,
  { decoder }: MarianConfig,
): CrossCache[] {
  return weights.decoder.map((layer) => ({
    keys: splitHeads(linear(x, layer.cross.key), decoder.headCount),
    values: splitHeads(linear(x, layer.cross.value), decoder.headCount),
  }));
}

function tapeLayer(
  x: tf.Tensor2D,
  layer: EncoderLayer,
  activation: MarianActivation,
  changes: LayerChanges | null,
): EncoderLayerTape {
  const [count] = x.shape;
  const { query, key, value } = stackProjections(x, layer.attention);
  const all = () => count;
  const heads = attendHeads(query, key, value, changes, null, all);
  const attended = tapeResidual(x, linear(heads.context, layer.output), layer.norm);
  return { heads, attended, fed: tapeFeedForward(attended.output, layer.feedForward, activation) };
}
