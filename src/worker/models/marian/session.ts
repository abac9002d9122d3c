import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../kernels/linear.ts';
import { attendOneQuery, hasOneQueryKernel } from '../../kernels/one-query-attention.ts';
import { dispose, tidy } from '../../kernels/tensors.ts';
import type { LayerChanges, ModelChanges } from '../attention-changes.ts';
import type { RowPlace } from '../changed-rows.ts';
import type { AttentionRows, DecoderSession, StepOutput } from '../translation-model.ts';
import { readFloats } from '../../read-back.ts';
import type { MarianConfig } from './config.ts';
import type { CrossCache } from './encoder.ts';
import { addAndNormalise, feedForward, joinHeads, mixChanged, splitHeads } from './layers.ts';
import type { DecoderAttention, MarianWeights } from './weights.ts';

/** Caches grow by so many positions at once, so that shapes, and with them shaders, seldom change. */
const CACHE_STEP = 32;
/** Added to the score of a position that is not there yet; its probability is 0 exactly. */
const MASKED = -1e9;

/** Keys and values of what one layer has read: [beam · head, position, headSize]. */
interface SelfCache {
  readonly keys: tf.Tensor3D;
  readonly values: tf.Tensor3D;
}

/** What a step needs to know of its position, the same for every layer. */
interface Place {
  /** [1, position, 1]: 1 where this step's keys go. */
  readonly spot: tf.Tensor3D;
  /** [1, 1, position]: `MASKED` where nothing has been read. */
  readonly mask: tf.Tensor3D;
}

/** Decodes step by step with cached keys and values. All beams run as rows of one product. */
export class MarianSession implements DecoderSession {
  readonly #weights: MarianWeights;
  readonly #config: MarianConfig;
  readonly #cross: readonly CrossCache[];
  readonly #sourceCount: number;
  readonly #changes: ModelChanges | null;
  #caches: readonly SelfCache[];
  #beamCount = 1;
  #position = 0;

  constructor(
    weights: MarianWeights,
    config: MarianConfig,
    cross: readonly CrossCache[],
    sourceCount: number,
    changes: ModelChanges | null,
  ) {
    this.#changes = changes;
    this.#weights = weights;
    this.#config = config;
    this.#cross = cross;
    this.#sourceCount = sourceCount;
    this.#caches = tidy(() => weights.decoder.map(() => this.#emptyCache()));
  }

  get #capacity(): number {
    return this.#caches[0]?.keys.shape[1] ?? 0;
  }

  async step(tokens: readonly number[]): Promise<StepOutput> {
    if (tokens.length !== this.#beamCount) {
      throw new RangeError(`expected ${this.#beamCount} tokens, got ${tokens.length}`);
    }
    const old = this.#caches;
    const { caches, everything } = tidy(() => this.#compute(tokens));
    this.#caches = caches;
    dispose(old);
    this.#position += 1;
    const capacity = this.#capacity;
    const values = await readFloats(everything);
    everything.dispose();
    return this.#unpack(values, tokens.length, capacity, this.#position);
  }

  reorder(parents: readonly number[]): void {
    const isSame = parents.length === this.#beamCount && parents.every((from, to) => from === to);
    if (isSame) return;
    const { headCount } = this.#config.decoder;
    const rows = parents.flatMap((parent) =>
      Array.from({ length: headCount }, (_, head) => parent * headCount + head),
    );
    const old = this.#caches;
    this.#caches = tidy(() => {
      const indices = tf.tensor1d(rows, 'int32');
      return old.map(({ keys, values }) => ({
        keys: tf.gather(keys, indices),
        values: tf.gather(values, indices),
      }));
    });
    dispose(old);
    this.#beamCount = parents.length;
  }

  dispose(): void {
    dispose(this.#caches);
    this.#caches = [];
  }

  #emptyCache(): SelfCache {
    const { headCount } = this.#config.decoder;
    const shape: [number, number, number] = [headCount, CACHE_STEP, this.#config.width / headCount];
    return { keys: tf.zeros<tf.Rank.R3>(shape), values: tf.zeros<tf.Rank.R3>(shape) };
  }

  /** One position through all layers; everything that is read back stands in one tensor. */
  #compute(tokens: readonly number[]): { caches: SelfCache[]; everything: tf.Tensor1D } {
    const { width } = this.#config;
    const { target, positions } = this.#weights;
    const states = target.read(tokens, positions.row(this.#position));
    let x = tf.tensor2d(states, [tokens.length, width]);
    const grown = this.#position < this.#capacity ? this.#caches : this.#caches.map(grow);
    const place = placeAt(this.#position, grown[0]?.keys.shape[1] ?? 0);
    const selfProbs: tf.Tensor1D[] = [];
    const crossProbs: tf.Tensor1D[] = [];
    const caches = this.#weights.decoder.map((layer, index) => {
      const [cache, cross] = [grown[index], this.#cross[index]];
      if (cache === undefined || cross === undefined) throw new RangeError(`no layer ${index}`);
      const self = this.#attendSelf(
        x,
        layer.self,
        cache,
        place,
        this.#changes?.decoder[index] ?? null,
      );
      x = addAndNormalise(x, linear(self.context, layer.self.output), layer.self.norm);
      const across = this.#attendCross(x, layer.cross, cross, this.#changes?.cross[index] ?? null);
      x = addAndNormalise(x, linear(across.context, layer.cross.output), layer.cross.norm);
      x = feedForward(x, layer.feedForward, this.#config.activation);
      selfProbs.push(tf.reshape(self.probs, [self.probs.size]));
      crossProbs.push(tf.reshape(across.probs, [across.probs.size]));
      return self.cache;
    });
    const logits = linear(x, this.#weights.output);
    const flat = tf.reshape<tf.Rank.R1>(logits, [logits.size]);
    return { caches, everything: tf.concat1d([flat, ...selfProbs, ...crossProbs]) };
  }

  #attendSelf(
    x: tf.Tensor2D,
    weights: DecoderAttention,
    cache: SelfCache,
    { spot, mask }: Place,
    changes: LayerChanges | null,
  ): { cache: SelfCache; context: tf.Tensor2D; probs: tf.Tensor3D } {
    const [rows, width] = x.shape;
    const { headCount } = this.#config.decoder;
    // Rows are beams and heads lie side by side in them, so that no transposing is needed.
    const byHead = (y: tf.Tensor2D): tf.Tensor3D =>
      tf.reshape(y, [rows * headCount, 1, width / headCount]);
    const keys = tf.add<tf.Tensor3D>(cache.keys, tf.mul(byHead(linear(x, weights.key)), spot));
    const values = tf.add<tf.Tensor3D>(
      cache.values,
      tf.mul(byHead(linear(x, weights.value)), spot),
    );
    const queries = byHead(linear(x, weights.query));
    if (changes === null && hasOneQueryKernel()) {
      const one = attendOneQuery(queries, keys, values, this.#position + 1);
      const context = tf.reshape<tf.Rank.R2>(one.context, [rows, width]);
      return { cache: { keys, values }, context, probs: one.probs };
    }
    const scores = tf.matMul<tf.Tensor3D>(queries, keys, false, true);
    if (changes !== null) {
      const places = Array.from({ length: rows * headCount }, (_, row): RowPlace => ({
        head: row % headCount,
        query: this.#position,
      }));
      const mixed = mixChanged(scores, values, places, (query) => query + 1, changes);
      const context = tf.reshape<tf.Rank.R2>(mixed.context, [rows, width]);
      return { cache: { keys, values }, context, probs: mixed.probs };
    }
    const probs = tf.softmax<tf.Tensor3D>(tf.add(scores, mask));
    const context = tf.reshape<tf.Rank.R2>(tf.matMul(probs, values), [rows, width]);
    return { cache: { keys, values }, context, probs };
  }

  #attendCross(
    x: tf.Tensor2D,
    weights: DecoderAttention,
    { keys, values }: CrossCache,
    changes: LayerChanges | null,
  ): { context: tf.Tensor2D; probs: tf.Tensor3D } {
    const queries = splitHeads(linear(x, weights.query), this.#config.decoder.headCount);
    if (changes === null && x.shape[0] === 1 && hasOneQueryKernel()) {
      const { probs, context } = attendOneQuery(queries, keys, values, this.#sourceCount);
      return { context: joinHeads(context), probs };
    }
    const scores = tf.matMul<tf.Tensor3D>(queries, keys, false, true);
    if (changes !== null) {
      const [headCount, rows] = scores.shape;
      const places = Array.from({ length: headCount * rows }, (_, row): RowPlace => ({
        head: Math.floor(row / rows),
        query: this.#position,
      }));
      const seen = () => this.#sourceCount;
      const { context, probs } = mixChanged(scores, values, places, seen, changes);
      return { context: joinHeads(context), probs };
    }
    const probs = tf.softmax<tf.Tensor3D>(scores);
    return { context: joinHeads(tf.matMul<tf.Tensor3D>(probs, values)), probs };
  }

  /** Takes apart what `#compute` joined: logits, then self-attention, then cross-attention. */
  #unpack(
    values: Float32Array,
    beamCount: number,
    capacity: number,
    readCount: number,
  ): StepOutput {
    const { targetVocabularySize, decoder } = this.#config;
    const { layerCount, headCount } = decoder;
    const sourceCount = this.#sourceCount;
    const logitCount = beamCount * targetVocabularySize;
    const selfStart = logitCount;
    const crossStart = selfStart + layerCount * beamCount * headCount * capacity;
    const rows = Array.from({ length: beamCount }, (_, beam): AttentionRows => {
      const self = new Float32Array(layerCount * headCount * readCount);
      const cross = new Float32Array(layerCount * headCount * sourceCount);
      for (let layer = 0; layer < layerCount; layer += 1) {
        for (let head = 0; head < headCount; head += 1) {
          const row = layer * headCount + head;
          const selfRow = selfStart + ((layer * beamCount + beam) * headCount + head) * capacity;
          self.set(values.subarray(selfRow, selfRow + readCount), row * readCount);
          const crossRow =
            crossStart + ((layer * headCount + head) * beamCount + beam) * sourceCount;
          cross.set(values.subarray(crossRow, crossRow + sourceCount), row * sourceCount);
        }
      }
      return { cross, decoder: self };
    });
    return { logits: values.slice(0, logitCount), rows };
  }
}

function grow({ keys, values }: SelfCache): SelfCache {
  const padding: [number, number][] = [
    [0, 0],
    [0, CACHE_STEP],
    [0, 0],
  ];
  return { keys: tf.pad(keys, padding), values: tf.pad(values, padding) };
}

function placeAt(position: number, capacity: number): Place {
  const spot = new Float32Array(capacity);
  spot[position] = 1;
  const mask = new Float32Array(capacity).fill(MASKED, position + 1);
  return {
    spot: tf.tensor3d(spot, [1, capacity, 1]),
    mask: tf.tensor3d(mask, [1, 1, capacity]),
  };
}
