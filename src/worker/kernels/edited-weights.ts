/** A head's attention weights after a person changed them: what-if, on the device. */
import * as tf from '@tensorflow/tfjs-core';

import { createRandom, shuffledIndices } from '../../math/seeded-random.ts';
import { asMatrix, tidy } from './tensors.ts';

/** What takes the place of a head's weights. */
export type WeightsEdit =
  | { readonly kind: 'uniform' }
  | { readonly kind: 'permuted'; readonly seed: number }
  | { readonly kind: 'one-hot' }
  | { readonly kind: 'temperature'; readonly temperature: number }
  /** Weights from elsewhere, [head, query, key] over all tokens, of which one head's are taken. */
  | { readonly kind: 'fixed'; readonly probs: tf.Tensor3D; readonly head: number };

/** What is changed in one head. Tokens by their index among all tokens. */
export interface HeadEdit {
  /** What the head's output is multiplied by. */
  readonly scale: number;
  readonly weights: WeightsEdit | null;
  /** Keys that no query sees. */
  readonly hiddenKeys: readonly number[];
  readonly cuts: readonly { readonly query: number; readonly key: number }[];
}

/**
 * Which tokens stand in the rows and columns of a matrix, by their index among all tokens, in rising
 * order.
 */
export interface Axes {
  readonly queries: Int32Array;
  readonly keys: Int32Array;
}

/** 0 to count - 1. */
export function allTokens(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, token) => token);
}

/** Far below any score, so that its exponential is 0, and far above what single precision ends at. */
const UNSEEN = -1e9;

/**
 * A head's weights as changed: replaced, then cut. Each row's weights share out 1 among the keys that
 * its query sees; a row that sees none is all zeros.
 * @param scores [query, key], before the softmax
 * @returns [query, key]; without a change, softmax(scores)
 */
export function editedWeights(scores: tf.Tensor2D, edit: HeadEdit, axes: Axes): tf.Tensor2D {
  return tidy(() => {
    const seen = seenKeys(edit, axes);
    const mask = seen === null ? null : tf.tensor2d(seen, scores.shape, 'float32');
    const { weights } = edit;
    switch (weights?.kind) {
      case undefined:
        return maskedSoftmax(scores, mask);
      case 'temperature':
        return maskedSoftmax(cool(scores, weights.temperature), mask);
      case 'uniform':
        return shareOut(tf.onesLike(scores), mask);
      case 'one-hot':
        return shareOut(largestOfRow(hide(scores, mask)), mask);
      case 'permuted': {
        const places = permutedPlaces(weights.seed, axes, seen);
        return tf.reshape<tf.Rank.R2>(permute(maskedSoftmax(scores, mask), places), scores.shape);
      }
      case 'fixed':
        return shareOut(pick(weights, axes), mask);
    }
  });
}

/**
 * 1 where the query sees the key, 0 elsewhere, [query, key]; null where nothing is hidden or cut.
 */
export function seenKeys(
  { hiddenKeys, cuts }: HeadEdit,
  { queries, keys }: Axes,
): Uint8Array | null {
  if (hiddenKeys.length === 0 && cuts.length === 0) return null;
  const seen = new Uint8Array(queries.length * keys.length).fill(1);
  const columnOf = new Map(Array.from(keys, (key, column) => [key, column] as const));
  const rowOf = new Map(Array.from(queries, (query, row) => [query, row] as const));
  for (const key of hiddenKeys) {
    const column = columnOf.get(key);
    if (column === undefined) continue;
    for (let at = column; at < seen.length; at += keys.length) seen[at] = 0;
  }
  for (const { query, key } of cuts) {
    const [row, column] = [rowOf.get(query), columnOf.get(key)];
    if (row !== undefined && column !== undefined) seen[row * keys.length + column] = 0;
  }
  return seen;
}

/**
 * For each place of a matrix, the place of the same row whose weight it gets. Only keys that the
 * query sees change places. A row's order depends on the seed, the query and how many keys it sees,
 * so that it is the same whether an unseen key stands in the matrix or not.
 * @param seen as `seenKeys` gives it
 * @returns [query · key]
 */
export function permutedPlaces(
  seed: number,
  { queries, keys }: Axes,
  seen: Uint8Array | null,
): Int32Array {
  const places = allTokens(queries.length * keys.length);
  for (const [row, query] of queries.entries()) {
    const start = row * keys.length;
    const rowPlaces = places.slice(start, start + keys.length);
    const visible = seen === null ? rowPlaces : rowPlaces.filter((place) => seen[place] === 1);
    const random = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(query + 1, 0x85ebca6b));
    for (const [index, other] of shuffledIndices(visible.length, random).entries()) {
      places[visible[index] ?? 0] = visible[other] ?? 0;
    }
  }
  return places;
}

/** The numbers of a tensor in another order: at every place what the given place held. */
export function permute(values: tf.Tensor, places: Int32Array): tf.Tensor1D {
  return tidy(() =>
    tf.gather(tf.reshape<tf.Rank.R1>(values, [values.size]), tf.tensor1d(places, 'int32')),
  );
}

function hide<T extends tf.Tensor>(scores: T, mask: tf.Tensor | null): T {
  return mask === null ? scores : tf.add<T>(scores, tf.mul(tf.sub(mask, 1), -UNSEEN));
}

/**
 * The softmax over the seen keys alone; a row that sees none becomes zeros. Not by dividing
 * afterwards: all that is left may have underflowed.
 * @param mask 1 for a key that is seen, 0 for another, in a shape that extends to that of the scores
 */
export function maskedSoftmax<T extends tf.Tensor>(scores: T, mask: tf.Tensor | null): T {
  const probs = tf.softmax<T>(hide(scores, mask));
  // A row that sees no key is uniform by now.
  return mask === null ? probs : tf.mul<T>(probs, mask);
}

/** From the largest score down, so that no quotient overflows upwards. */
function cool(scores: tf.Tensor2D, temperature: number): tf.Tensor2D {
  return tf.div<tf.Tensor2D>(tf.sub(scores, tf.max(scores, 1, true)), temperature);
}

/** Non-negative weights made to sum to 1 over the seen keys; zeros where there is nothing. */
function shareOut(weights: tf.Tensor2D, mask: tf.Tensor2D | null): tf.Tensor2D {
  const kept = mask === null ? weights : tf.mul<tf.Tensor2D>(weights, mask);
  return tf.div<tf.Tensor2D>(kept, tf.maximum(tf.sum(kept, 1, true), 1e-30));
}

/** Made of integers: on wasm tfjs 4.22 writes the bits of an integer into a float32 one-hot. */
function largestOfRow(scores: tf.Tensor2D): tf.Tensor2D {
  const places = tf.oneHot(tf.argMax<tf.Tensor1D>(scores, 1), scores.shape[1], 1, 0, 'int32');
  return asMatrix(tf.cast(places, 'float32'));
}

/** One head of weights over all tokens, with the rows and columns of the tokens that are there. */
function pick(
  { probs, head }: { readonly probs: tf.Tensor3D; readonly head: number },
  { queries, keys }: Axes,
): tf.Tensor2D {
  const [, queryCount, keyCount] = probs.shape;
  const matrix = tf.reshape<tf.Rank.R2>(
    tf.slice3d(probs, [head, 0, 0], [1, queryCount, keyCount]),
    [queryCount, keyCount],
  );
  const rows =
    queries.length === queryCount ? matrix : tf.gather(matrix, tf.tensor1d(queries, 'int32'));
  return keys.length === keyCount ? rows : tf.gather(rows, tf.tensor1d(keys, 'int32'), 1);
}
