import type * as tf from '@tensorflow/tfjs-core';

import type { AttentionChanges } from '../engine/what-if-protocol.ts';
import type { ImageGeometry } from '../math/geometry.ts';
import type { RunAttention } from './attention-cache.ts';
import { fail } from './failure.ts';
import { dispose } from './kernels/tensors.ts';
import { takeRow } from './kernels/query-slices.ts';
import type { PlannedChanges } from './models/vit-changes.ts';
import type { VitTape } from './models/vit-tape.ts';
import type { VitModel } from './models/vit.ts';
import type { SharedModel } from './shared-model.ts';

/** What a trace is made of. Attention, hidden states and plan are the trace's from there on. */
export interface TraceParts {
  readonly geometry: ImageGeometry;
  /** Names of the tokens before the patches, in order. */
  readonly specialTokens: readonly string[];
  readonly attention: RunAttention;
  /** What goes into each layer and, at the end, what comes out of the last, [token, width]. */
  readonly hidden: readonly tf.Tensor2D[];
  /** [label]; empty without a head. */
  readonly probabilities: Float32Array;
  /** [channel, y, x], preprocessed: what the model was run with. */
  readonly pixels: Float32Array;
  readonly changes: AttentionChanges;
  /** The changes as the forward pass takes them. */
  readonly plan: PlannedChanges | null;
  /** The model that was run, which may be given up before the trace. */
  readonly model: SharedModel<VitModel>;
}

/**
 * All that a vision run left on the device, until `dispose`. Attention grows with the square of the
 * tokens: of many tokens, what fits a budget is kept, and the rest computed again by the run's model.
 */
export class VisionTrace implements VitTape {
  readonly geometry: ImageGeometry;
  readonly specialTokens: readonly string[];
  readonly hidden: readonly tf.Tensor2D[];
  readonly probabilities: Float32Array;
  readonly pixels: Float32Array;
  readonly changes: AttentionChanges;
  /**
   * The changes for another forward pass of the run's model, as long as the trace lasts. What came
   * from another run is in it: that run need not be kept.
   */
  readonly plan: PlannedChanges | null;
  readonly layerCount: number;
  readonly headCount: number;
  readonly tokenCount: number;
  /** 0 without a classification head. */
  readonly labelCount: number;
  /** Its work ends with `unknown-run` once another model has taken its place. */
  readonly model: SharedModel<VitModel>;
  readonly #attention: RunAttention;

  constructor(parts: TraceParts) {
    this.geometry = parts.geometry;
    this.specialTokens = parts.specialTokens;
    this.hidden = parts.hidden;
    this.probabilities = parts.probabilities;
    this.pixels = parts.pixels;
    this.changes = parts.changes;
    this.plan = parts.plan;
    this.model = parts.model;
    const { layerCount, headCount, tokenCount } = parts.attention.size;
    this.layerCount = layerCount;
    this.headCount = headCount;
    this.tokenCount = tokenCount;
    this.labelCount = parts.probabilities.length;
    this.#attention = parts.attention;
  }

  /**
   * Works with the model that was run, which lasts at least as long as the work.
   * @throws HeedFailure `unknown-run` if another model has taken its place
   */
  withModel<T>(work: (model: VitModel) => Promise<T>): Promise<T> {
    return this.model.use(work);
  }

  /**
   * The label to explain.
   * @param target index of a label; null for the best prediction
   * @throws HeedFailure `bad-request` if there is no such label
   */
  checkTarget(target: number | null): number {
    const { length } = this.probabilities;
    const index = target ?? this.probabilities.indexOf(Math.max(...this.probabilities));
    return isIndex(index, length) ? index : outside('label', index, length);
  }

  /**
   * Works with a layer's attention, [head, query, key], whose rows sum to 1, or to 0 where changes
   * hide every key. It lasts at least as long as the work, and stays the trace's. For work that goes
   * through all layers: what had to be computed again is not kept.
   * @throws HeedFailure `bad-request` if there is no such layer; `unknown-run` if it must be computed
   *   and another model has taken the place of the run's
   */
  readonly withAttention = <R>(
    layer: number,
    work: (probs: tf.Tensor3D) => R | Promise<R>,
  ): Promise<R> => this.#use(layer, false, work);

  /** The same for a layer that is looked at: it is kept for the next time. */
  openAttention<R>(layer: number, work: (probs: tf.Tensor3D) => R | Promise<R>): Promise<R> {
    return this.#use(layer, true, work);
  }

  /**
   * A query's row in every head of a layer, [head, key], the caller's. Of a layer that isn't kept
   * only the row is computed.
   * @throws as `withAttention`
   */
  async readRow(layer: number, query: number): Promise<tf.Tensor2D> {
    this.checkToken(query);
    if (this.#attention.has(layer))
      return this.withAttention(layer, (probs) => takeRow(probs, query));
    return this.model.use(async (model) =>
      model.attentionRow(layer, this.input(layer), query, this.plan),
    );
  }

  /** Gives another run of the same the first layers that are kept: they need no memory of their own. */
  shareAttention(other: RunAttention, count: number): void {
    this.#attention.share(other, count);
  }

  /**
   * What goes into a layer, [token, width]. It stays the trace's.
   * @throws HeedFailure `bad-request` if there is no such layer
   */
  input(layer: number): tf.Tensor2D {
    this.checkLayer(layer);
    return this.hidden[layer] ?? outside('layer', layer, this.hidden.length);
  }

  /** @throws HeedFailure `bad-request` if there is no such layer */
  checkLayer(layer: number): void {
    if (!isIndex(layer, this.layerCount)) outside('layer', layer, this.layerCount);
  }

  /** @throws HeedFailure `bad-request` if there is no such head */
  checkHead(head: number): void {
    if (!isIndex(head, this.headCount)) outside('head', head, this.headCount);
  }

  /** @throws HeedFailure `bad-request` if there is no such token */
  checkToken(token: number): void {
    if (!isIndex(token, this.tokenCount)) outside('token', token, this.tokenCount);
  }

  dispose(): void {
    this.#attention.dispose();
    dispose([this.hidden, this.plan]);
  }

  async #use<R>(
    layer: number,
    keeps: boolean,
    work: (probs: tf.Tensor3D) => R | Promise<R>,
  ): Promise<R> {
    this.checkLayer(layer);
    const compute = (): Promise<tf.Tensor3D> =>
      this.model.use(async (model) => model.attention(layer, this.input(layer), this.plan));
    return this.#attention.use(layer, compute, keeps, work);
  }
}

function isIndex(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}

function outside(what: string, index: number, count: number): never {
  fail('bad-request', `There is no such ${what}.`, `${what} ${index} of ${count}`);
}
