import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../kernels/linear.ts';
import type { ModelChanges } from '../attention-changes.ts';
import type { MarianConfig } from './config.ts';
import type { CrossCache } from './encoder.ts';
import {
  attendHeads,
  type FeedForwardTape,
  type HeadsTape,
  type ResidualTape,
  splitHeads,
  tapeFeedForward,
  tapeResidual,
} from './layers.ts';
import type { MarianWeights } from './weights.ts';

const MASKED = -1e9;

export interface DecoderLayerTape {
  readonly self: HeadsTape;
  readonly attended: ResidualTape;
  readonly cross: HeadsTape;
  readonly crossed: ResidualTape;
  readonly fed: FeedForwardTape;
}

/** All that a backward pass through the decoder needs. */
export interface DecoderTape {
  readonly layers: readonly DecoderLayerTape[];
  /** The last states: [position, width]. */
  readonly output: tf.Tensor2D;
}

/**
 * The decoder over all positions of a given target at once, each blind to those after it.
 * @param inputs the start token, then target tokens
 */
export function tapeDecoder(
  inputs: readonly number[],
  weights: MarianWeights,
  { width, activation, decoder }: MarianConfig,
  cross: readonly CrossCache[],
  changes: ModelChanges | null,
): DecoderTape {
  const count = inputs.length;
  const { headCount } = decoder;
  const mask = causalMask(count);
  let x = tf.tensor2d(weights.target.read(inputs, weights.positions.first(count)), [count, width]);
  const layers = weights.decoder.map((layer, index) => {
    const source = cross[index];
    if (source === undefined) throw new RangeError(`no layer ${index}`);
    const split = (part: 'query' | 'key' | 'value'): tf.Tensor3D =>
      splitHeads(linear(x, layer.self[part]), headCount);
    const ownChanges = changes?.decoder[index] ?? null;
    const self = attendHeads(
      split('query'),
      split('key'),
      split('value'),
      ownChanges,
      mask,
      (query) => query + 1,
    );
    const attended = tapeResidual(x, linear(self.context, layer.self.output), layer.self.norm);
    const queries = splitHeads(linear(attended.output, layer.cross.query), headCount);
    const crossChanges = changes?.cross[index] ?? null;
    const across = attendHeads(
      queries,
      source.keys,
      source.values,
      crossChanges,
      null,
      () => source.keys.shape[1],
    );
    const crossed = tapeResidual(
      attended.output,
      linear(across.context, layer.cross.output),
      layer.cross.norm,
    );
    const fed = tapeFeedForward(crossed.output, layer.feedForward, activation);
    x = fed.output;
    return { self, attended, cross: across, crossed, fed };
  });
  return { layers, output: x };
}

function causalMask(count: number): tf.Tensor2D {
  const mask = new Float32Array(count * count);
  for (let row = 0; row < count; row += 1)
    mask.fill(MASKED, row * count + row + 1, (row + 1) * count);
  return tf.tensor2d(mask, [count, count]);
}
