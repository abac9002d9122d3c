import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../kernels/linear.ts';
import { tidy } from '../../kernels/tensors.ts';
import { type CellTape, type GruCell, tapeCell } from './cell.ts';
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
  return tidy(() => tapeGruEncoder(ids, weights, config).output);
}

/** Every step of both directions of each layer, in the order of the tokens. */
export interface GruEncoderTape {
  readonly output: GruEncoderOutput;
  readonly layers: readonly {
    readonly ahead: readonly CellTape[];
    readonly back: readonly CellTape[];
  }[];
}

/** The encoder with all that a backward pass needs. Call it inside of a tidy. */
export function tapeGruEncoder(
  ids: readonly number[],
  weights: GruWeights,
  config: GruConfig,
): GruEncoderTape {
  let inputs = tf.tensor2d(weights.embeddings.read(ids), [ids.length, config.embeddingSize]);
  let first: tf.Tensor2D | undefined;
  const layers = weights.encoder.map(({ forward, backward }) => {
    const rows = tf.split<tf.Tensor2D>(inputs, ids.length, 0);
    const ahead = runDirection(rows, forward, config.encoderSize);
    const back = runDirection(rows.toReversed(), backward, config.encoderSize).toReversed();
    first = back[0]?.next;
    const states = [ahead, back].map((tapes) =>
      tf.concat2d(
        tapes.map(({ next }) => next),
        0,
      ),
    );
    inputs = tf.concat2d(states, 1);
    return { ahead, back };
  });
  if (first === undefined) throw new RangeError('nothing to read');
  return {
    layers,
    output: {
      annotations: inputs,
      keys: linear(inputs, weights.attention.key),
      initial: tf.tanh(linear(first, weights.initial)),
    },
  };
}

/** A step after each row, from zeros. */
function runDirection(rows: readonly tf.Tensor2D[], cell: GruCell, size: number): CellTape[] {
  let state = tf.zeros<tf.Rank.R2>([1, size]);
  return rows.map((row) => {
    const tape = tapeCell(cell, row, state);
    state = tape.next;
    return tape;
  });
}
