import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../kernels/linear.ts';
import { runCell } from './cell.ts';
import type { GruEncoderOutput } from './encoder.ts';
import type { GruWeights } from './weights.ts';

export interface GruStep {
  /** [beam, decoderSize] */
  readonly state: tf.Tensor2D;
  /** [beam, embeddingSize]: what the output layer reads. */
  readonly readout: tf.Tensor2D;
  /** [beam, source token]; rows sum to 1. */
  readonly probs: tf.Tensor2D;
}

/**
 * One step of the decoder with additive attention (Bahdanau, Cho, Bengio 2015, arXiv:1409.0473).
 * @param tokens the token that each beam reads
 * @param state [beam, decoderSize], before it is read
 */
export function runGruStep(
  tokens: readonly number[],
  state: tf.Tensor2D,
  weights: GruWeights,
  { annotations, keys }: GruEncoderOutput,
): GruStep {
  const { embeddings, attention } = weights;
  const read = tf.tensor2d(embeddings.read(tokens), [tokens.length, embeddings.width]);
  const probs = attend(
    linear(tf.concat2d([state, read], 1), attention.query),
    keys,
    attention.score,
  );
  const context = tf.matMul<tf.Tensor2D>(probs, annotations);
  const next = runCell(weights.cell, tf.concat2d([read, context], 1), state);
  const joined = tf.concat2d([next, read, context], 1);
  return { state: next, readout: tf.tanh(linear(joined, weights.readout)), probs };
}

/** softmax over source tokens j of score · tanh(query + key_j): [beam, source token]. */
function attend(queries: tf.Tensor2D, keys: tf.Tensor2D, score: tf.Tensor2D): tf.Tensor2D {
  const [beamCount, size] = queries.shape;
  const [sourceCount] = keys.shape;
  const sums = tf.add(
    tf.reshape<tf.Rank.R3>(queries, [beamCount, 1, size]),
    tf.reshape<tf.Rank.R3>(keys, [1, sourceCount, size]),
  );
  const flat = tf.reshape<tf.Rank.R2>(tf.tanh(sums), [beamCount * sourceCount, size]);
  const scores = tf.matMul<tf.Tensor2D>(flat, score);
  return tf.softmax(tf.reshape<tf.Rank.R2>(scores, [beamCount, sourceCount]));
}
