/**
 * The backward pass by hand: gradients of one logit with regard to every attention weight and to the
 * source's embeddings. tfjs's own differentiation lacks operations on some backends; these are plain
 * products and sums, the same everywhere.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerNorm } from '../../kernels/layer-norm.ts';
import { tidy } from '../../kernels/tensors.ts';
import { plainRows, scoresGradient } from '../changed-rows.ts';
import { activationGradient } from './activation-gradient.ts';
import type { MarianActivation } from './config.ts';
import type { DecoderTape } from './decoder.ts';
import type { EncoderTape } from './encoder.ts';
import { type FeedForwardTape, type HeadsTape, joinHeads, splitHeads } from './layers.ts';
import type { DecoderAttention, EncoderLayer, FeedForward, MarianWeights } from './weights.ts';

/** Transposed once, since wasm is slow at products with a transposed matrix. All [out, in]. */
interface AttentionBackward {
  /** Query, key and value side by side; of cross-attention key and value. */
  readonly projections: tf.Tensor2D;
  readonly output: tf.Tensor2D;
  readonly norm: LayerNorm;
}
interface FeedForwardBackward {
  readonly rise: tf.Tensor2D;
  readonly fall: tf.Tensor2D;
  readonly norm: LayerNorm;
}
export interface BackwardWeights {
  readonly encoder: readonly {
    readonly self: AttentionBackward;
    readonly feedForward: FeedForwardBackward;
  }[];
  readonly decoder: readonly {
    readonly self: AttentionBackward;
    readonly cross: AttentionBackward;
    readonly crossQuery: tf.Tensor2D;
    readonly feedForward: FeedForwardBackward;
  }[];
  /** [width, vocabulary]; not transposed. */
  readonly output: tf.Tensor2D;
  readonly activation: MarianActivation;
}

/** Gradients of one logit. */
export interface LogitGradients {
  /** For each layer: [head, query, key]. */
  readonly encoder: readonly tf.Tensor3D[];
  readonly decoder: readonly tf.Tensor3D[];
  readonly cross: readonly tf.Tensor3D[];
  /** [source token, width] */
  readonly embedded: tf.Tensor2D;
}

function turn(matrix: tf.Tensor2D): tf.Tensor2D {
  return tf.transpose(matrix);
}

function beside(matrices: readonly tf.Tensor2D[]): tf.Tensor2D {
  return turn(tf.concat2d([...matrices], 1));
}

function turnFeedForward({ rise, fall, norm }: FeedForward): FeedForwardBackward {
  return { rise: turn(rise.weight), fall: turn(fall.weight), norm };
}

function turnAttention(
  { output, norm, ...parts }: DecoderAttention,
  names: readonly ('query' | 'key' | 'value')[],
): AttentionBackward {
  return {
    projections: beside(names.map((name) => parts[name].weight)),
    output: turn(output.weight),
    norm,
  };
}

/** What was made is to be disposed of with `disposeBackward`. */
export function prepareBackward(
  weights: MarianWeights,
  activation: MarianActivation,
): BackwardWeights {
  return tidy(() => ({
    encoder: weights.encoder.map((layer) => ({
      self: {
        projections: turn(encoderProjections(layer)),
        output: turn(layer.output.weight),
        norm: layer.norm,
      },
      feedForward: turnFeedForward(layer.feedForward),
    })),
    decoder: weights.decoder.map((layer) => ({
      self: turnAttention(layer.self, ['query', 'key', 'value']),
      cross: turnAttention(layer.cross, ['key', 'value']),
      crossQuery: turn(layer.cross.query.weight),
      feedForward: turnFeedForward(layer.feedForward),
    })),
    output: weights.output.weight,
    activation,
  }));
}

/** Norms and the output layer are the model's own and stay. */
export function disposeBackward({ encoder, decoder }: BackwardWeights): void {
  for (const { self, feedForward } of encoder)
    tf.dispose([self.projections, self.output, feedForward.rise, feedForward.fall]);
  for (const { self, cross, crossQuery, feedForward } of decoder) {
    tf.dispose([self.projections, self.output, cross.projections, cross.output, crossQuery]);
    tf.dispose([feedForward.rise, feedForward.fall]);
  }
}

function encoderProjections({ attention }: EncoderLayer): tf.Tensor2D {
  if (attention.form === 'batched') return attention.all.weight;
  const part = (name: 'query' | 'key' | 'value'): tf.Tensor2D[] =>
    attention.heads.map((head) => head[name].weight);
  return tf.concat2d([...part('query'), ...part('key'), ...part('value')], 1);
}

/**
 * Gradients of the logit of `token` at target position `position`.
 * @throws RangeError for tapes of another model
 */
export function differentiateLogit(
  encoder: EncoderTape,
  decoder: DecoderTape,
  weights: BackwardWeights,
  position: number,
  token: number,
): LogitGradients {
  const [count, width] = decoder.output.shape;
  const spot = new Float32Array(count);
  spot[position] = 1;
  const column = tf.slice2d(weights.output, [0, token], [width, 1]);
  let x = tf.mul<tf.Tensor2D>(
    tf.tensor2d(spot, [count, 1]),
    tf.reshape<tf.Rank.R2>(column, [1, width]),
  );
  const towardsSource: tf.Tensor2D[] = [];
  const decoderProbs: tf.Tensor3D[] = [];
  const crossProbs: tf.Tensor3D[] = [];
  for (const [tape, layer] of zipReversed(decoder.layers, weights.decoder)) {
    x = backThroughFeedForward(x, tape.fed, layer.feedForward, weights.activation);

    const crossSum = backThroughNorm(x, tape.crossed.sum, layer.cross.norm);
    const cross = backThroughHeads(tape.cross, tf.matMul(crossSum, layer.cross.output));
    const read = tf.concat2d([cross.keys, cross.values], 1);
    towardsSource.push(tf.matMul(read, layer.cross.projections));
    x = tf.add(crossSum, tf.matMul<tf.Tensor2D>(cross.queries, layer.crossQuery));
    crossProbs.unshift(cross.probs);

    const self = backThroughSelf(x, tape.self, tape.attended.sum, layer.self);
    x = self.x;
    decoderProbs.unshift(self.probs);
  }
  // One after another: on WebGPU `addN` binds every layer's at once, and there is room for ten.
  x = towardsSource.reduce((sum, gradient) => tf.add<tf.Tensor2D>(sum, gradient));
  const encoderProbs: tf.Tensor3D[] = [];
  for (const [tape, layer] of zipReversed(encoder.layers, weights.encoder)) {
    x = backThroughFeedForward(x, tape.fed, layer.feedForward, weights.activation);
    const self = backThroughSelf(x, tape.heads, tape.attended.sum, layer.self);
    x = self.x;
    encoderProbs.unshift(self.probs);
  }
  return { encoder: encoderProbs, decoder: decoderProbs, cross: crossProbs, embedded: x };
}

/** Pairs of a layer's tape and its weights, last layer first. */
function zipReversed<Tape, Weights>(
  tapes: readonly Tape[],
  weights: readonly Weights[],
): [Tape, Weights][] {
  return tapes
    .map((tape, index): [Tape, Weights] => {
      const own = weights[index];
      if (own === undefined) throw new RangeError(`no layer ${index}`);
      return [tape, own];
    })
    .toReversed();
}

function backThroughFeedForward(
  gradient: tf.Tensor2D,
  { sum, hidden }: FeedForwardTape,
  { rise, fall, norm }: FeedForwardBackward,
  activation: MarianActivation,
): tf.Tensor2D {
  const towardsSum = backThroughNorm(gradient, sum, norm);
  const active = tf.matMul<tf.Tensor2D>(towardsSum, fall);
  const towardsHidden = tf.mul<tf.Tensor2D>(active, activationGradient(hidden, activation));
  return tf.add(towardsSum, tf.matMul<tf.Tensor2D>(towardsHidden, rise));
}

function backThroughSelf(
  gradient: tf.Tensor2D,
  heads: HeadsTape,
  sum: tf.Tensor2D,
  { projections, output, norm }: AttentionBackward,
): { x: tf.Tensor2D; probs: tf.Tensor3D } {
  const towardsSum = backThroughNorm(gradient, sum, norm);
  const back = backThroughHeads(heads, tf.matMul(towardsSum, output));
  const all = tf.concat2d([back.queries, back.keys, back.values], 1);
  const x = tf.add<tf.Tensor2D>(towardsSum, tf.matMul<tf.Tensor2D>(all, projections));
  return { x, probs: back.probs };
}

/** @param gradient of the mixed values, [query, width] */
function backThroughHeads(
  { queries, keys, values, probs, changed }: HeadsTape,
  gradient: tf.Tensor2D,
): { probs: tf.Tensor3D; queries: tf.Tensor2D; keys: tf.Tensor2D; values: tf.Tensor2D } {
  const [headCount, queryCount, keyCount] = probs.shape;
  const split = splitHeads(gradient, headCount);
  const context =
    changed === null || changed.scale === null
      ? split
      : tf.mul<tf.Tensor3D>(split, tf.reshape(changed.scale, [headCount, queryCount, 1]));
  const towardsProbs = tf.matMul<tf.Tensor3D>(context, values, false, true);
  const flat = (x: tf.Tensor3D): tf.Tensor2D => tf.reshape(x, [headCount * queryCount, keyCount]);
  const rows = changed ?? plainRows(flat(probs));
  const scores = tf.reshape<tf.Rank.R3>(scoresGradient(rows, flat(towardsProbs)), probs.shape);
  return {
    probs: towardsProbs,
    queries: joinHeads(tf.matMul<tf.Tensor3D>(scores, keys)),
    keys: joinHeads(tf.matMul<tf.Tensor3D>(scores, queries, true)),
    values: joinHeads(tf.matMul<tf.Tensor3D>(probs, context, true)),
  };
}

/** Of y = n · scale + shift with n = (x − mean) / deviation. */
function backThroughNorm(
  gradient: tf.Tensor2D,
  x: tf.Tensor2D,
  { scale, epsilon }: LayerNorm,
): tf.Tensor2D {
  return tf.tidy(() => {
    const centred = tf.sub<tf.Tensor2D>(x, tf.mean(x, 1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon));
    const normal = tf.mul(centred, inverse);
    const scaled = tf.mul(gradient, scale);
    const along = tf.mul(normal, tf.mean(tf.mul(scaled, normal), 1, true));
    return tf.mul(tf.sub(tf.sub(scaled, tf.mean(scaled, 1, true)), along), inverse);
  });
}
