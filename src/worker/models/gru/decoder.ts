import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../kernels/linear.ts';
import type { LayerChanges } from '../attention-changes.ts';
import { changeRows } from '../changed-rows.ts';
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

/** What is changed in the attention, and which target token is predicted. */
export interface GruChanges {
  readonly layer: LayerChanges;
  readonly position: number;
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
  changes: GruChanges | null = null,
): GruStep {
  const { embeddings, attention } = weights;
  const read = tf.tensor2d(embeddings.read(tokens), [tokens.length, embeddings.width]);
  const scores = score(
    linear(tf.concat2d([state, read], 1), attention.query),
    keys,
    attention.score,
  );
  const { probs, context } = mix(scores, annotations, changes);
  const next = runCell(weights.cell, tf.concat2d([read, context], 1), state);
  const joined = tf.concat2d([next, read, context], 1);
  return { state: next, readout: tf.tanh(linear(joined, weights.readout)), probs };
}

/** softmax of the scores, or what a person made of it, and the annotations mixed with that. */
function mix(
  scores: tf.Tensor2D,
  annotations: tf.Tensor2D,
  changes: GruChanges | null,
): { probs: tf.Tensor2D; context: tf.Tensor2D } {
  if (changes === null) {
    const probs = tf.softmax<tf.Tensor2D>(scores);
    return { probs, context: tf.matMul<tf.Tensor2D>(probs, annotations) };
  }
  const [rowCount, sourceCount] = scores.shape;
  const places = Array.from({ length: rowCount }, () => ({ head: 0, query: changes.position }));
  const { probs, scale } = changeRows(scores, places, () => sourceCount, changes.layer);
  const context = tf.matMul<tf.Tensor2D>(probs, annotations);
  return { probs, context: scale === null ? context : tf.mul<tf.Tensor2D>(context, scale) };
}

/** For source tokens j, score · tanh(query + key_j): [beam, source token]. */
function score(queries: tf.Tensor2D, keys: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  const [beamCount, size] = queries.shape;
  const [sourceCount] = keys.shape;
  const sums = tf.add(
    tf.reshape<tf.Rank.R3>(queries, [beamCount, 1, size]),
    tf.reshape<tf.Rank.R3>(keys, [1, sourceCount, size]),
  );
  const flat = tf.reshape<tf.Rank.R2>(tf.tanh(sums), [beamCount * sourceCount, size]);
  return tf.reshape(tf.matMul<tf.Tensor2D>(flat, weight), [beamCount, sourceCount]);
}
