/**
 * Multi-head self-attention up to the output projection (Vaswani et al. 2017, arXiv:1706.03762).
 *
 * It has two forms, since backends differ in what is fast: the plain one with products over all
 * heads at once, and one with a product for each head, for wasm without our kernels, where tfjs 4.22
 * has a fast matrix product (XNNPACK) for two plain matrices alone, and one 80 times slower for
 * everything else. Our kernel for wasm takes the weights of the plain form.
 */
import * as tf from '@tensorflow/tfjs-core';

import { SELF_ATTENTION, SET_ATTENTION, hasKernel, runKernel } from './custom-kernel.ts';
import { type Linear, linear } from './linear.ts';
import { joinHeads, splitHeads, stackHeads } from './stacked-heads.ts';
import { tidy } from './tensors.ts';
import { firstOfEach, rowsOfSet } from './token-sets.ts';

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
  return tf.getBackend() === 'wasm' && !hasKernel(SELF_ATTENTION) ? 'per-head' : 'batched';
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

/**
 * @param hidden [set · token, width]; tokens of different sets know nothing of each other
 * @param queryCount how many tokens of each set, the first, ask; all if absent
 * @returns weights [set · head, query, key], mixed values [set · query, width]
 */
export function selfAttention(
  hidden: tf.Tensor2D,
  weights: AttentionWeights,
  setCount = 1,
  queryCount: number = hidden.shape[0] / setCount,
): AttentionResult {
  return tidy(() => {
    if (weights.form === 'per-head') {
      const results = Array.from({ length: setCount }, (_, set) =>
        attendPerHead(rowsOfSet(hidden, setCount, set), weights.heads, queryCount),
      );
      return {
        probs: tf.concat3d(
          results.map(({ probs }) => probs),
          0,
        ),
        context: tf.concat2d(
          results.map(({ context }) => context),
          0,
        ),
      };
    }
    const { all, headCount } = weights;
    const projected = linear(hidden, all);
    const isWhole = setCount === 1 && queryCount === hidden.shape[0];
    if (isWhole && hasKernel(SELF_ATTENTION))
      return attendByKernel(SELF_ATTENTION, projected, { headCount });
    return hasKernel(SET_ATTENTION)
      ? attendByKernel(SET_ATTENTION, projected, { headCount, setCount, queryCount })
      : attendBatched(projected, headCount, setCount, queryCount);
  });
}

/** @param projected [set · token, 3 · width] */
function attendByKernel(
  name: string,
  projected: tf.Tensor2D,
  sizes: Record<string, number>,
): AttentionResult {
  const [probs, context] = runKernel<[tf.Tensor3D, tf.Tensor2D]>(name, { projected }, sizes);
  return { probs, context };
}

/** @param projected [set · token, 3 · width] */
function attendBatched(
  projected: tf.Tensor2D,
  headCount: number,
  setCount: number,
  queryCount: number,
): AttentionResult {
  const { query, key, value } = stack(projected, headCount, setCount);
  const [groupCount, tokenCount, headSize] = query.shape;
  const asking =
    queryCount === tokenCount
      ? query
      : tf.slice3d(query, [0, 0, 0], [groupCount, queryCount, headSize]);
  const probs = tf.softmax<tf.Tensor3D>(tf.matMul<tf.Tensor3D>(asking, key, false, true));
  return { probs, context: joinHeads(tf.matMul<tf.Tensor3D>(probs, value), setCount) };
}

/** @param hidden [token, width] */
function attendPerHead(
  hidden: tf.Tensor2D,
  heads: readonly HeadWeights[],
  queryCount: number,
): AttentionResult {
  const probs: tf.Tensor2D[] = [];
  const contexts: tf.Tensor2D[] = [];
  const asking = firstOfEach(hidden, 1, queryCount);
  for (const { query, key, value } of heads) {
    const keys = tf.transpose(linear(hidden, key));
    const row = tf.softmax(tf.matMul<tf.Tensor2D>(linear(asking, query), keys));
    probs.push(row);
    contexts.push(tf.matMul<tf.Tensor2D>(row, linear(hidden, value)));
  }
  return { probs: stackHeads(probs), context: tf.concat2d(contexts, 1) };
}

/** Queries, keys and values, each [head, token, headSize]; queries scaled by 1/√headSize. */
export interface StackedProjections {
  readonly query: tf.Tensor3D;
  readonly key: tf.Tensor3D;
  readonly value: tf.Tensor3D;
}

/** @param hidden [token, width] */
export function stackProjections(
  hidden: tf.Tensor2D,
  weights: AttentionWeights,
): StackedProjections {
  return tidy(() => stack(linear(hidden, joinProjections(weights)), headCountOf(weights), 1));
}

/** From [set · token, 3 · width] to [set · head, token, headSize] each. */
function stack(projected: tf.Tensor2D, headCount: number, setCount: number): StackedProjections {
  const stacked = splitHeads(projected, 3 * headCount, setCount);
  const [, tokenCount, headSize] = stacked.shape;
  const shape = [setCount, 3 * headCount, tokenCount, headSize] as const;
  const sets = tf.reshape<tf.Rank.R4>(stacked, [...shape]);
  const part = (index: number): tf.Tensor3D =>
    tf.reshape<tf.Rank.R3>(
      tf.slice4d(sets, [0, index * headCount, 0, 0], [setCount, headCount, tokenCount, headSize]),
      [setCount * headCount, tokenCount, headSize],
    );
  return { query: part(0), key: part(1), value: part(2) };
}

/** The values alone, [head, token, headSize]. */
export function projectValues(hidden: tf.Tensor2D, weights: AttentionWeights): tf.Tensor3D {
  return tidy(() => {
    const all = joinProjections(weights);
    const width = all.weight.shape[1] / 3;
    return splitHeads(linear(hidden, columns(all, 2 * width, width)), headCountOf(weights));
  });
}

/**
 * One token's query, [head, 1, headSize], scaled by 1/√headSize, and every token's key, [head, token,
 * headSize].
 */
export function projectQuery(
  hidden: tf.Tensor2D,
  weights: AttentionWeights,
  query: number,
): Omit<StackedProjections, 'value'> {
  return tidy(() => {
    const all = joinProjections(weights);
    const width = all.weight.shape[1] / 3;
    const asking = tf.slice2d(hidden, [query, 0], [1, hidden.shape[1]]);
    const headCount = headCountOf(weights);
    return {
      query: splitHeads(linear(asking, columns(all, 0, width)), headCount),
      key: splitHeads(linear(hidden, columns(all, width, width)), headCount),
    };
  });
}

/** All projections in one, [width, 3 · width]: queries of all heads, keys, values. */
export function joinProjections(weights: AttentionWeights): Linear {
  if (weights.form === 'batched') return weights.all;
  return concatenate(
    (['query', 'key', 'value'] as const).flatMap((part) => weights.heads.map((head) => head[part])),
  );
}

function headCountOf(weights: AttentionWeights): number {
  return weights.form === 'batched' ? weights.headCount : weights.heads.length;
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
