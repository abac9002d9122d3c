import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../kernels/linear.ts';
import type { LayerChanges } from '../attention-changes.ts';
import { changeRows, type ChangedRows, plainRows } from '../changed-rows.ts';
import { type CellTape, tapeCell } from './cell.ts';
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

/** A step with all that a backward pass needs. */
export interface GruStepTape extends GruStep {
  /** [beam · source token, attentionSize]: tanh(query + key). */
  readonly matched: tf.Tensor2D;
  readonly rows: ChangedRows;
  readonly cell: CellTape;
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
): GruStepTape {
  const { embeddings, attention } = weights;
  const read = tf.tensor2d(embeddings.read(tokens), [tokens.length, embeddings.width]);
  const { matched, scores } = score(
    linear(tf.concat2d([state, read], 1), attention.query),
    keys,
    attention.score,
  );
  const { rows, context } = mix(scores, annotations, changes);
  const cell = tapeCell(weights.cell, tf.concat2d([read, context], 1), state);
  const joined = tf.concat2d([cell.next, read, context], 1);
  const readout = tf.tanh<tf.Tensor2D>(linear(joined, weights.readout));
  return { state: cell.next, readout, probs: rows.probs, matched, rows, cell };
}

/** softmax of the scores, or what a person made of it, and the annotations mixed with that. */
function mix(
  scores: tf.Tensor2D,
  annotations: tf.Tensor2D,
  changes: GruChanges | null,
): { rows: ChangedRows; context: tf.Tensor2D } {
  if (changes === null) {
    const probs = tf.softmax<tf.Tensor2D>(scores);
    return { rows: plainRows(probs), context: tf.matMul<tf.Tensor2D>(probs, annotations) };
  }
  const [rowCount, sourceCount] = scores.shape;
  const places = Array.from({ length: rowCount }, () => ({ head: 0, query: changes.position }));
  const rows = changeRows(scores, places, () => sourceCount, changes.layer);
  const context = tf.matMul<tf.Tensor2D>(rows.probs, annotations);
  const { scale } = rows;
  return { rows, context: scale === null ? context : tf.mul<tf.Tensor2D>(context, scale) };
}

/** For source tokens j, score · tanh(query + key_j): [beam, source token]; and the tanh. */
function score(queries: tf.Tensor2D, keys: tf.Tensor2D, weight: tf.Tensor2D) {
  const [beamCount, size] = queries.shape;
  const [sourceCount] = keys.shape;
  const sums = tf.add(
    tf.reshape<tf.Rank.R3>(queries, [beamCount, 1, size]),
    tf.reshape<tf.Rank.R3>(keys, [1, sourceCount, size]),
  );
  const matched = tf.reshape<tf.Rank.R2>(tf.tanh(sums), [beamCount * sourceCount, size]);
  const scores = tf.matMul<tf.Tensor2D>(matched, weight);
  return { matched, scores: tf.reshape<tf.Rank.R2>(scores, [beamCount, sourceCount]) };
}
