/** Attention weights from scores, with what a person changed in the layer. */
import * as tf from '@tensorflow/tfjs-core';
import { createRandom, shuffledIndices } from '../../math/seeded-random.ts';
import type { HeadReplacement, LayerChanges } from './attention-changes.ts';

/** Which head a row of scores belongs to, and which query. */
export interface RowPlace {
  readonly head: number;
  /** Counted from 0; of a decoder, the position that reads. */
  readonly query: number;
}

/** Rows of weights, and what a backward pass needs of how they came about. */
export interface ChangedRows {
  /** [row, key]: what the values are mixed with. A row with no key left is all zeros. */
  readonly probs: tf.Tensor2D;
  /** [row, 1]: what a head's output is multiplied by; null for 1 everywhere. */
  readonly scale: tf.Tensor2D | null;
  /** [row, key]: the softmax over what is seen, before any replacement. */
  readonly soft: tf.Tensor2D;
  /** [row, 1]: 1 over the temperature; null for 1 everywhere. */
  readonly sharpness: tf.Tensor2D | null;
  readonly replaced: ReplacedRows | null;
}

interface ReplacedRows {
  /** [row, 1]: 1 where the weights are the softmax itself. */
  readonly own: tf.Tensor2D;
  /** [row, 1]: 1 where they are a permutation of it. */
  readonly permuted: tf.Tensor2D;
  /** [row · key]: where in `soft` each weight comes from, and where each one goes. */
  readonly from: tf.Tensor1D;
  readonly to: tf.Tensor1D;
}

/** Added to the score of a key that is not seen. */
const MASKED = -1e9;

/**
 * Weights in the order: what is not seen is masked, scores are divided by the temperature, softmax,
 * then the replacement among the keys that are seen.
 * @param scores [row, key]
 * @param places one for each row
 * @param seenCount how many keys a query sees before any change: a decoder's those read so far
 */
export function changeRows(
  scores: tf.Tensor2D,
  places: readonly RowPlace[],
  seenCount: (query: number) => number,
  changes: LayerChanges,
): ChangedRows {
  const [rowCount, keyCount] = scores.shape;
  if (places.length !== rowCount)
    throw new RangeError(`${places.length} places of ${rowCount} rows`);
  const seen = seenKeys(places, keyCount, seenCount, changes);
  const visible = tf.tensor2d(seen, [rowCount, keyCount]);
  const column = (valueOf: (head: number) => number): tf.Tensor2D =>
    tf.tensor2d(
      places.map(({ head }) => valueOf(head)),
      [rowCount, 1],
    );
  const replacementOf = (head: number): HeadReplacement | null =>
    changes.heads.get(head)?.replacement ?? null;
  const replacements = [...changes.heads.values()].map(({ replacement }) => replacement);
  const sharpness = replacements.some((replacement) => replacement?.kind === 'temperature')
    ? column((head) => {
        const replacement = replacementOf(head);
        return replacement?.kind === 'temperature' ? 1 / replacement.temperature : 1;
      })
    : null;
  const masked = tf.add<tf.Tensor2D>(scores, tf.mul(tf.sub(1, visible), MASKED));
  // From the largest score down, so that no product overflows upwards.
  const sharp =
    sharpness === null
      ? masked
      : tf.mul<tf.Tensor2D>(tf.sub(masked, tf.max(masked, 1, true)), sharpness);
  const soft = tf.mul<tf.Tensor2D>(tf.softmax(sharp), visible);
  const scale = [...changes.heads.values()].some((head) => head.scale !== 1)
    ? column((head) => changes.heads.get(head)?.scale ?? 1)
    : null;
  if (!replacements.some((replacement) => replacement && replacement.kind !== 'temperature'))
    return { probs: soft, scale, soft, sharpness, replaced: null };

  const isKind = (kind: HeadReplacement['kind']) => (head: number) =>
    replacementOf(head)?.kind === kind ? 1 : 0;
  const own = column((head) => {
    const kind = replacementOf(head)?.kind;
    return kind === undefined || kind === 'temperature' ? 1 : 0;
  });
  const { from, to } = permutations(places, seen, keyCount, changes);
  const permuted = column(isKind('permuted'));
  const moved = tf.reshape<tf.Rank.R2>(tf.gather(tf.reshape(soft, [rowCount * keyCount]), from), [
    rowCount,
    keyCount,
  ]);
  const largest = tf.argMax<tf.Tensor1D>(soft, 1);
  const hard = tf.mul(tf.cast(tf.oneHot(largest, keyCount), 'float32'), visible);
  const given = tf.tensor2d(givenWeights(places, seen, keyCount, changes), [rowCount, keyCount]);
  const probs = tf.addN<tf.Tensor2D>([
    tf.mul(soft, own),
    tf.mul(moved, permuted),
    tf.mul(hard, column(isKind('one-hot'))),
    given,
  ]);
  return { probs, scale, soft, sharpness, replaced: { own, permuted, from, to } };
}

/** The unchanged weights, in the form that a backward pass takes. */
export function plainRows(probs: tf.Tensor2D): ChangedRows {
  return { probs, soft: probs, scale: null, sharpness: null, replaced: null };
}

/**
 * The gradient of scores from that of weights. Weights that do not come from the scores pass
 * nothing on, nor does the choice of a one-hot.
 * @param gradient [row, key]
 */
export function scoresGradient(
  { soft, sharpness, replaced }: ChangedRows,
  gradient: tf.Tensor2D,
): tf.Tensor2D {
  let towardsSoft = gradient;
  if (replaced !== null) {
    const [rowCount, keyCount] = gradient.shape;
    const back = tf.reshape<tf.Rank.R2>(
      tf.gather(tf.reshape(gradient, [rowCount * keyCount]), replaced.to),
      [rowCount, keyCount],
    );
    towardsSoft = tf.add(tf.mul(gradient, replaced.own), tf.mul(back, replaced.permuted));
  }
  const weighted = tf.sum(tf.mul(towardsSoft, soft), 1, true);
  const towardsScores = tf.mul<tf.Tensor2D>(soft, tf.sub(towardsSoft, weighted));
  return sharpness === null ? towardsScores : tf.mul(towardsScores, sharpness);
}

/** [row, key]: 1 for a key that the row's query sees. */
function seenKeys(
  places: readonly RowPlace[],
  keyCount: number,
  seenCount: (query: number) => number,
  { cuts, hiddenKeys }: LayerChanges,
): Float32Array {
  const seen = new Float32Array(places.length * keyCount);
  for (const [row, { head, query }] of places.entries()) {
    const start = row * keyCount;
    seen.fill(1, start, start + Math.min(keyCount, seenCount(query)));
    for (const key of hiddenKeys) seen[start + key] = 0;
    for (const cut of cuts) {
      if (cut.query === query && (cut.head === null || cut.head === head))
        seen[start + cut.key] = 0;
    }
  }
  return seen;
}

/**
 * Where permuted weights come from, and where they go. A row's order depends on nothing but the seed
 * and its place, so that decoding step by step and all at once agree.
 */
function permutations(
  places: readonly RowPlace[],
  seen: Float32Array,
  keyCount: number,
  { heads, place }: LayerChanges,
): { readonly from: tf.Tensor1D; readonly to: tf.Tensor1D } {
  const from = Int32Array.from(seen, (_, index) => index);
  const to = from.slice();
  for (const [row, { head, query }] of places.entries()) {
    const replacement = heads.get(head)?.replacement;
    if (replacement?.kind !== 'permuted') continue;
    const keys: number[] = [];
    for (let index = row * keyCount; index < (row + 1) * keyCount; index += 1)
      if (seen[index] === 1) keys.push(index);
    const random = createRandom(mixSeed([replacement.seed, place, head, query]));
    for (const [target, source] of shuffledIndices(keys.length, random).entries()) {
      const [goes, comes] = [keys[target] ?? 0, keys[source] ?? 0];
      from[goes] = comes;
      to[comes] = goes;
    }
  }
  return { from: tf.tensor1d(from, 'int32'), to: tf.tensor1d(to, 'int32') };
}

function mixSeed(parts: readonly number[]): number {
  return parts.reduce((hash, part) => {
    const mixed = Math.imul(hash ^ part, 0x9e37_79b1);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }, 0x85eb_ca6b);
}

/** Uniform weights, and those of another run, over the keys that are seen; 0 in other rows. */
function givenWeights(
  places: readonly RowPlace[],
  seen: Float32Array,
  keyCount: number,
  { heads }: LayerChanges,
): Float32Array {
  const weights = new Float32Array(seen.length);
  for (const [row, { head, query }] of places.entries()) {
    const replacement = heads.get(head)?.replacement;
    if (replacement?.kind !== 'uniform' && replacement?.kind !== 'weights') continue;
    const start = row * keyCount;
    let sum = 0;
    for (let key = 0; key < keyCount; key += 1) {
      const given =
        replacement.kind === 'uniform' ? 1 : (replacement.values[query * keyCount + key] ?? 0);
      const weight = given * (seen[start + key] ?? 0);
      weights[start + key] = weight;
      sum += weight;
    }
    if (sum > 0)
      for (let index = start; index < start + keyCount; index += 1)
        weights[index] = (weights[index] ?? 0) / sum;
  }
  return weights;
}
