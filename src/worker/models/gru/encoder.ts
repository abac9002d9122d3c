import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../kernels/linear.ts';
import { tidy } from '../../kernels/tensors.ts';
import { runCell, type GruCell } from './cell.ts';
import type { GruConfig } from './config.ts';
import type { GruWeights } from './weights.ts';

export interface GruEncoderOutput {
  /** [source token, 2 · encoderSize]: forward and backward state side by side. */
  readonly annotations: tf.Tensor2D;
  /** [source token, attentionSize] */
  readonly keys: tf.Tensor2D;
  /** [1, decoderSize]: the decoder's first state. */
  readonly initial: tf.Tensor2D;
}

/** The bidirectional encoder, and the keys that the decoder's attention asks for. */
export function runGruEncoder(
  ids: readonly number[],
  weights: GruWeights,
  config: GruConfig,
): GruEncoderOutput {
  return tidy(() => {
    let inputs = tf.tensor2d(weights.embeddings.read(ids), [ids.length, config.embeddingSize]);
    let first: tf.Tensor2D | undefined;
    for (const { forward, backward } of weights.encoder) {
      const rows = tf.split<tf.Tensor2D>(inputs, ids.length, 0);
      const ahead = runDirection(rows, forward, config.encoderSize);
      const back = runDirection(rows.toReversed(), backward, config.encoderSize).toReversed();
      [first] = back;
      inputs = tf.concat2d([tf.concat2d(ahead, 0), tf.concat2d(back, 0)], 1);
    }
    if (first === undefined) throw new RangeError('nothing to read');
    return {
      annotations: inputs,
      keys: linear(inputs, weights.attention.key),
      initial: tf.tanh(linear(first, weights.initial)),
    };
  });
}

/** The states after each row, from zeros. */
function runDirection(rows: readonly tf.Tensor2D[], cell: GruCell, size: number): tf.Tensor2D[] {
  let state = tf.zeros<tf.Rank.R2>([1, size]);
  return rows.map((row) => (state = tf.tidy(() => runCell(cell, row, state))));
}
