import * as tf from '@tensorflow/tfjs-core';
import { dispose, tidy } from '../../kernels/tensors.ts';
import { readFloats } from '../../read-back.ts';
import type { ModelChanges } from '../attention-changes.ts';
import type { ForcedTarget } from '../translation-model.ts';
import {
  differentiateLogit,
  disposeBackward,
  type LogitGradients,
  prepareBackward,
} from './backward.ts';
import type { MarianConfig } from './config.ts';
import { type DecoderTape, tapeDecoder } from './decoder.ts';
import { type EncoderTape, tapeEncoder } from './encoder.ts';
import { relevanceOf } from './relevance.ts';
import type { MarianWeights } from './weights.ts';

export interface Differentiated {
  readonly ids: readonly number[];
  readonly weights: MarianWeights;
  readonly config: MarianConfig;
  readonly changes: ModelChanges | null;
}

/** Relevance of every source token for every target token's logit: [target, source token]. */
export function relevance(of: Differentiated, target: ForcedTarget): Promise<Float32Array> {
  return forEveryLogit(of, target, relevanceOf);
}

/**
 * Gradient × input: the gradient of every target token's logit with regard to a source token's
 * embedding, its product with that embedding (positions left out): [target, source token].
 */
export async function inputGradient(
  of: Differentiated,
  target: ForcedTarget,
): Promise<Float32Array> {
  const { ids, weights, config } = of;
  const embedded = tf.tensor2d(weights.source.read(ids), [ids.length, config.width]);
  try {
    return await forEveryLogit(of, target, (_, __, gradients) =>
      tf.reshape(tf.sum(tf.mul(gradients.embedded, embedded), 1), [1, ids.length]),
    );
  } finally {
    embedded.dispose();
  }
}

type RowOf = (
  encoder: EncoderTape,
  decoder: DecoderTape,
  gradients: LogitGradients,
  position: number,
) => tf.Tensor2D;

/** One forward pass, then a backward pass for each target token in turn. */
async function forEveryLogit(
  { ids, weights, config, changes }: Differentiated,
  { inputs, tokens, onToken }: ForcedTarget,
  rowOf: RowOf,
): Promise<Float32Array> {
  const encoder = tapeEncoder(ids, weights, config, changes);
  const decoder = tidy(() => tapeDecoder(inputs, weights, config, encoder.cross, changes));
  const backward = prepareBackward(weights, config.activation);
  const rows: tf.Tensor2D[] = [];
  try {
    for (const [position, token] of tokens.entries()) {
      await onToken(position);
      rows.push(
        tf.tidy(() => {
          const gradients = differentiateLogit(encoder, decoder, backward, position, token);
          return rowOf(encoder, decoder, gradients, position);
        }),
      );
    }
    const all = tf.concat2d(rows, 0);
    try {
      return await readFloats(all);
    } finally {
      all.dispose();
    }
  } finally {
    disposeBackward(backward);
    dispose([rows, encoder, decoder]);
  }
}
