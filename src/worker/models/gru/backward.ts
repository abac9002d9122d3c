/**
 * Backward passes through the recurrent model by hand. Rows are the targets that are asked about;
 * what a forward pass left has one row, since it is the same for all of them.
 */
import * as tf from '@tensorflow/tfjs-core';
import { scoresGradient } from '../changed-rows.ts';
import type { CellTape, GruCell } from './cell.ts';
import type { GruStepTape } from './decoder.ts';
import type { GruEncoderTape } from './encoder.ts';
import type { GruWeights } from './weights.ts';

/** A cell's matrices, transposed: [size, in]. */
interface CellBackward {
  readonly reset: tf.Tensor2D;
  readonly update: tf.Tensor2D;
  readonly newFromInput: tf.Tensor2D;
  readonly newFromState: tf.Tensor2D;
}

/** Transposed once; wasm is slow at products with a transposed matrix. */
export interface GruBackwardWeights {
  readonly encoder: readonly { readonly forward: CellBackward; readonly backward: CellBackward }[];
  readonly cell: CellBackward;
  readonly initial: tf.Tensor2D;
  readonly query: tf.Tensor2D;
  readonly key: tf.Tensor2D;
  readonly score: tf.Tensor2D;
  readonly readout: tf.Tensor2D;
}

function turn(matrix: tf.Tensor2D): tf.Tensor2D {
  return tf.transpose(matrix);
}

function turnCell({ reset, update, newFromInput, newFromState }: GruCell): CellBackward {
  return {
    reset: turn(reset.weight),
    update: turn(update.weight),
    newFromInput: turn(newFromInput.weight),
    newFromState: turn(newFromState.weight),
  };
}

export function prepareGruBackward(weights: GruWeights): GruBackwardWeights {
  return {
    encoder: weights.encoder.map(({ forward, backward }) => ({
      forward: turnCell(forward),
      backward: turnCell(backward),
    })),
    cell: turnCell(weights.cell),
    initial: turn(weights.initial.weight),
    query: turn(weights.attention.query.weight),
    key: turn(weights.attention.key.weight),
    score: turn(weights.attention.score),
    readout: turn(weights.readout.weight),
  };
}

interface DecoderGradients {
  /** [row, source token, 2 · encoderSize] */
  readonly annotations: tf.Tensor3D;
  /** Of the decoder's first state: [row, decoderSize]. */
  readonly initial: tf.Tensor2D;
}

/**
 * Gradients of readouts, each at its own step, with regard to what the encoder gave.
 * @param steps of the decoder
 * @param annotations [source token, 2 · encoderSize]
 * @param readouts for each row the gradient of its readout, [row, embeddingSize]
 * @param places for each row its step
 */
export function backThroughDecoder(
  steps: readonly GruStepTape[],
  annotations: tf.Tensor2D,
  weights: GruBackwardWeights,
  readouts: tf.Tensor2D,
  places: readonly number[],
): DecoderGradients {
  const [sourceCount, annotationSize] = annotations.shape;
  const rowCount = places.length;
  const stateSize = weights.cell.newFromState.shape[0];
  const embeddingSize = readouts.shape[1];
  const turned = tf.transpose<tf.Tensor2D>(annotations);
  let state = tf.zeros<tf.Rank.R2>([rowCount, stateSize]);
  let towardsAnnotations = tf.zeros<tf.Rank.R3>([rowCount, sourceCount, annotationSize]);
  let towardsKeys = tf.zeros<tf.Rank.R3>([rowCount, sourceCount, weights.query.shape[0]]);
  const last = Math.max(...places);
  for (let index = last; index >= 0; index -= 1) {
    const step = steps[index];
    if (step === undefined) throw new RangeError(`no step ${index}`);
    const own = tf.tensor2d(
      places.map((place) => (place === index ? 1 : 0)),
      [rowCount, 1],
    );
    const slope = tf.mul(tf.mul(readouts, own), tf.sub(1, tf.square(step.readout)));
    const joined = tf.matMul<tf.Tensor2D>(slope, weights.readout);
    const after = tf.add<tf.Tensor2D>(state, tf.slice2d(joined, [0, 0], [rowCount, stateSize]));
    const cell = backThroughCell(step.cell, weights.cell, after);
    const contextOf = (x: tf.Tensor2D, start: number): tf.Tensor2D =>
      tf.slice2d(x, [0, start], [rowCount, annotationSize]);
    let context = tf.add<tf.Tensor2D>(
      contextOf(joined, stateSize + embeddingSize),
      contextOf(cell.input, embeddingSize),
    );
    if (step.rows.scale !== null) context = tf.mul(context, step.rows.scale);
    const mixed = tf.mul<tf.Tensor3D>(
      tf.reshape(step.probs, [1, sourceCount, 1]),
      tf.reshape(context, [rowCount, 1, annotationSize]),
    );
    towardsAnnotations = tf.add(towardsAnnotations, mixed);
    const scores = scoresOfRows(step, tf.matMul<tf.Tensor2D>(context, turned));
    const size = weights.score.shape[1];
    const bend = tf.reshape<tf.Rank.R3>(tf.mul(tf.sub(1, tf.square(step.matched)), weights.score), [
      1,
      sourceCount,
      size,
    ]);
    const matched = tf.mul<tf.Tensor3D>(tf.reshape(scores, [rowCount, sourceCount, 1]), bend);
    towardsKeys = tf.add(towardsKeys, matched);
    const asked = tf.matMul<tf.Tensor2D>(tf.sum<tf.Tensor2D>(matched, 1), weights.query);
    state = tf.add(cell.state, tf.slice2d(asked, [0, 0], [rowCount, stateSize]));
  }
  const size = towardsKeys.shape[2];
  const keys = tf.reshape<tf.Rank.R2>(towardsKeys, [rowCount * sourceCount, size]);
  const throughKeys = tf.reshape<tf.Rank.R3>(tf.matMul<tf.Tensor2D>(keys, weights.key), [
    rowCount,
    sourceCount,
    annotationSize,
  ]);
  return { annotations: tf.add(towardsAnnotations, throughKeys), initial: state };
}

/** `scoresGradient` for several rows of gradients over one row of weights. */
function scoresOfRows({ rows }: GruStepTape, gradients: tf.Tensor2D): tf.Tensor2D {
  const parts = tf.split<tf.Tensor2D>(gradients, gradients.shape[0], 0);
  // Without a replacement weights broadcast over the rows; a permutation is made row by row.
  return rows.replaced === null
    ? scoresGradient(rows, gradients)
    : tf.concat2d(
        parts.map((part) => scoresGradient(rows, part)),
        0,
      );
}

/** Gradients of the source's embeddings: [row, source token, embeddingSize]. */
export function backThroughEncoder(
  { layers, output }: GruEncoderTape,
  weights: GruBackwardWeights,
  gradients: DecoderGradients,
): tf.Tensor3D {
  const [rowCount, sourceCount, annotationSize] = gradients.annotations.shape;
  const size = annotationSize / 2;
  const beforeTanh = tf.mul(gradients.initial, tf.sub(1, tf.square(output.initial)));
  const first = tf.matMul<tf.Tensor2D>(beforeTanh, weights.initial);
  let towards = gradients.annotations;
  for (let layer = layers.length - 1; layer >= 0; layer -= 1) {
    const [tape, own] = [layers[layer], weights.encoder[layer]];
    if (tape === undefined || own === undefined) throw new RangeError(`no layer ${layer}`);
    const rowsOf = (start: number): tf.Tensor2D[] =>
      Array.from({ length: sourceCount }, (_, token) =>
        tf.reshape(tf.slice3d(towards, [0, token, start], [rowCount, 1, size]), [rowCount, size]),
      );
    const back = rowsOf(size);
    const [atFirst] = back;
    // The decoder began with the last layer's backward state of the first token.
    if (layer === layers.length - 1 && atFirst !== undefined) back[0] = tf.add(atFirst, first);
    const ahead = backThroughDirection(
      tape.ahead.toReversed(),
      own.forward,
      rowsOf(0).toReversed(),
    );
    const behind = backThroughDirection(tape.back, own.backward, back);
    const inputs = ahead.toReversed().map((input, token) => {
      const other = behind[token];
      if (other === undefined) throw new RangeError(`no token ${token}`);
      return tf.add<tf.Tensor2D>(input, other);
    });
    const width = inputs[0]?.shape[1] ?? 0;
    towards = tf.reshape(tf.concat2d(inputs, 1), [rowCount, sourceCount, width]);
  }
  return towards;
}

/** @param tapes the last step first; `gradients` of their states likewise */
function backThroughDirection(
  tapes: readonly CellTape[],
  weights: CellBackward,
  gradients: readonly tf.Tensor2D[],
): tf.Tensor2D[] {
  let carried: tf.Tensor2D | null = null;
  return tapes.map((tape, index) => {
    const own = gradients[index];
    if (own === undefined) throw new RangeError(`no gradient ${index}`);
    const towards: tf.Tensor2D = carried === null ? own : tf.add(own, carried);
    const { input, state } = backThroughCell(tape, weights, towards);
    carried = state;
    return input;
  });
}

/** @param gradient of the next state, [row, size] */
function backThroughCell(
  { state, reset, update, product, fresh }: CellTape,
  weights: CellBackward,
  gradient: tf.Tensor2D,
): { readonly input: tf.Tensor2D; readonly state: tf.Tensor2D } {
  const towardsUpdate = tf.mul(gradient, tf.sub(state, fresh));
  const beforeUpdate = tf.mul<tf.Tensor2D>(towardsUpdate, tf.mul(update, tf.sub(1, update)));
  const towardsFresh = tf.mul(gradient, tf.sub(1, update));
  const beforeFresh = tf.mul<tf.Tensor2D>(towardsFresh, tf.sub(1, tf.square(fresh)));
  const towardsReset = tf.mul(beforeFresh, product);
  const beforeReset = tf.mul<tf.Tensor2D>(towardsReset, tf.mul(reset, tf.sub(1, reset)));
  const both = tf.add<tf.Tensor2D>(
    tf.matMul<tf.Tensor2D>(beforeReset, weights.reset),
    tf.matMul<tf.Tensor2D>(beforeUpdate, weights.update),
  );
  const [rowCount, size] = gradient.shape;
  const inSize = weights.newFromInput.shape[1];
  const fromState = tf.matMul<tf.Tensor2D>(tf.mul(beforeFresh, reset), weights.newFromState);
  return {
    input: tf.add(
      tf.slice2d(both, [0, 0], [rowCount, inSize]),
      tf.matMul<tf.Tensor2D>(beforeFresh, weights.newFromInput),
    ),
    state: tf.addN([
      tf.slice2d(both, [0, inSize], [rowCount, size]),
      fromState,
      tf.mul(gradient, update),
    ]),
  };
}
