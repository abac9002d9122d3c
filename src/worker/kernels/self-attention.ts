/**
 * Multi-head self-attention up to the output projection (Vaswani et al. 2017, arXiv:1706.03762).
 *
 * It has two forms, since backends differ in what is fast: the plain one with products over all
 * heads at once, and one with a product for each head, for wasm without our kernels, where tfjs 4.22
 * has a fast matrix product (XNNPACK) for two plain matrices alone, and one 80 times slower for
 * everything else. Our kernel for wasm takes the weights of the plain form.
 */
import * as tf from '@tensorflow/tfjs-core';

import { type Linear, linear } from './linear.ts';
import { firstRows, tidy } from './tensors.ts';
import { SELF_ATTENTION } from './wasm/attention-kernels.ts';
import { hasCustomKernels, runCustomKernel } from './wasm/custom-kernel.ts';

/** A layer's projections as a checkpoint has them: heads side by side in the output. */
export interface Projections {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly headCount: number;
}

/** The projections, made ready for one of the forms. Queries are scaled by 1/√headSize already. */
export type AttentionWeights =
  | { readonly form: 'batched'; readonly all: Linear; readonly headCount: number }
  | {
      readonly form: 'per-head';
      readonly heads: readonly HeadWeights[];
    };

interface HeadWeights {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
}

export interface AttentionResult {
  /** [head, query, key]; rows sum to 1. */
  readonly probs: tf.Tensor3D;
  /** [token, width]: the mixed values, heads side by side. */
  readonly context: tf.Tensor2D;
}

/** The form that the backend in use runs faster. */
export function preferredForm(): AttentionWeights['form'] {
  return tf.getBackend() === 'wasm' && !hasCustomKernels() ? 'per-head' : 'batched';
}

/** Weights for a form, from tensors that stay the caller's. */
export function prepareAttention(
  { query, key, value, headCount }: Projections,
  form: AttentionWeights['form'],
): AttentionWeights {
  const headSize = query.weight.shape[1] / headCount;
  return tidy(() => {
    const scaled = scale(query, 1 / Math.sqrt(headSize));
    if (form === 'batched') {
      return { form, headCount, all: concatenate([scaled, key, value]) };
    }
    const heads = Array.from({ length: headCount }, (_, head) => ({
      query: columns(scaled, head * headSize, headSize),
      key: columns(key, head * headSize, headSize),
      value: columns(value, head * headSize, headSize),
    }));
    return { form, heads };
  });
}

/** @param hidden [token, width] */
export function selfAttention(hidden: tf.Tensor2D, weights: AttentionWeights): AttentionResult {
  return tidy(() => {
    if (weights.form === 'per-head') return attendPerHead(hidden, weights.heads);
    const { all, headCount } = weights;
    return hasCustomKernels()
      ? attendByKernel(linear(hidden, all), headCount)
      : attendBatched(hidden, all, headCount);
  });
}

/** @param projected [token, 3 · width] */
function attendByKernel(projected: tf.Tensor2D, headCount: number): AttentionResult {
  const [probs, context] = runCustomKernel<[tf.Tensor3D, tf.Tensor2D]>(
    SELF_ATTENTION,
    { projected },
    { headCount },
  );
  return { probs, context };
}

function attendBatched(hidden: tf.Tensor2D, all: Linear, headCount: number): AttentionResult {
  const tokenCount = hidden.shape[0];
  const width = all.weight.shape[1] / 3;
  const split = tf.reshape<tf.Rank.R3>(linear(hidden, all), [
    tokenCount,
    3 * headCount,
    width / headCount,
  ]);
  // [3 · head, token, headSize]
  const byHead = tf.transpose<tf.Tensor3D>(split, [1, 0, 2]);
  const part = (index: number): tf.Tensor3D =>
    tf.slice3d(byHead, [index * headCount, 0, 0], [headCount, tokenCount, width / headCount]);
  const [query, key, value] = [part(0), part(1), part(2)];
  const scores = tf.matMul<tf.Tensor3D>(query, key, false, true);
  const probs = tf.softmax<tf.Tensor3D>(scores);
  const context = tf.transpose(tf.matMul<tf.Tensor3D>(probs, value), [1, 0, 2]);
  return { probs, context: tf.reshape(context, [tokenCount, width]) };
}

function attendPerHead(hidden: tf.Tensor2D, heads: readonly HeadWeights[]): AttentionResult {
  const probs: tf.Tensor2D[] = [];
  const contexts: tf.Tensor2D[] = [];
  for (const { query, key, value } of heads) {
    const keys = tf.transpose(linear(hidden, key));
    const row = tf.softmax(tf.matMul<tf.Tensor2D>(linear(hidden, query), keys));
    probs.push(row);
    contexts.push(tf.matMul<tf.Tensor2D>(row, linear(hidden, value)));
  }
  return { probs: stackHeads(probs), context: tf.concat2d(contexts, 1) };
}

/** One head's projections, of all tokens or, for queries, of the first. */
export interface HeadProjections {
  /** [query, headSize], scaled by 1/√headSize */
  readonly query: tf.Tensor2D;
  /** [key, headSize] */
  readonly key: tf.Tensor2D;
  /** [key, headSize] */
  readonly value: tf.Tensor2D;
}

/**
 * Every head's queries, keys and values, for what looks into the heads one by one.
 * @param hidden [token, width]
 * @param queryCount how many tokens, from the first, ask
 */
export function projectHeads(
  hidden: tf.Tensor2D,
  weights: AttentionWeights,
  queryCount: number,
): HeadProjections[] {
  return tidy(() => {
    if (weights.form === 'per-head') {
      const asking = firstRows(hidden, queryCount);
      return weights.heads.map(({ query, key, value }) => ({
        query: linear(asking, query),
        key: linear(hidden, key),
        value: linear(hidden, value),
      }));
    }
    const width = weights.all.weight.shape[1] / 3;
    const size = width / weights.headCount;
    const all = linear(hidden, weights.all);
    const part = (index: number, head: number, rowCount: number): tf.Tensor2D =>
      tf.slice2d(all, [0, index * width + head * size], [rowCount, size]);
    return Array.from({ length: weights.headCount }, (_, head) => ({
      query: part(0, head, queryCount),
      key: part(1, head, hidden.shape[0]),
      value: part(2, head, hidden.shape[0]),
    }));
  });
}

/** Every head's values alone, [token, headSize]. */
export function projectValues(hidden: tf.Tensor2D, weights: AttentionWeights): tf.Tensor2D[] {
  return tidy(() => {
    if (weights.form === 'per-head') return weights.heads.map(({ value }) => linear(hidden, value));
    const width = weights.all.weight.shape[1] / 3;
    return tf.split(linear(hidden, columns(weights.all, 2 * width, width)), weights.headCount, 1);
  });
}

/** The weight of all projections: [width, 3 · width], queries of all heads, keys, values. */
export function joinProjections(weights: AttentionWeights): tf.Tensor2D {
  if (weights.form === 'batched') return weights.all.weight;
  const parts = (['query', 'key', 'value'] as const).flatMap((part) =>
    weights.heads.map((head) => head[part].weight),
  );
  return tf.concat2d(parts, 1);
}

/** [head, query, key] of a matrix for each head. */
export function stackHeads(probs: readonly tf.Tensor2D[]): tf.Tensor3D {
  const [first] = probs;
  if (first === undefined) throw new RangeError('A layer needs a head.');
  const [queryCount, keyCount] = first.shape;
  return tf.reshape(tf.concat2d([...probs], 0), [probs.length, queryCount, keyCount]);
}

function scale({ weight, bias }: Linear, factor: number): Linear {
  return {
    weight: tf.mul<tf.Tensor2D>(weight, factor),
    bias: bias === null ? null : tf.mul<tf.Tensor1D>(bias, factor),
  };
}

function concatenate(parts: readonly Linear[]): Linear {
  const biases = parts.flatMap(({ bias }) => (bias === null ? [] : [bias]));
  return {
    weight: tf.concat2d(
      parts.map(({ weight }) => weight),
      1,
    ),
    bias: biases.length === 0 ? null : tf.concat1d(biases),
  };
}

function columns({ weight, bias }: Linear, start: number, count: number): Linear {
  return {
    weight: tf.slice2d(weight, [0, start], [weight.shape[0], count]),
    bias: bias === null ? null : tf.slice1d(bias, start, count),
  };
}
