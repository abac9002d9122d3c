import type * as tf from '@tensorflow/tfjs-core';

import type { AttentionChanges } from '../engine/what-if-protocol.ts';
import type { ImageGeometry } from '../math/geometry.ts';
import { fail } from './failure.ts';
import { dispose } from './kernels/tensors.ts';
import { type PlannedChanges, planChanges } from './models/vit-changes.ts';
import type { VitModel } from './models/vit.ts';
import type { SharedModel } from './shared-model.ts';

/** What a trace is made of. */
export interface TraceParts {
  readonly geometry: ImageGeometry;
  /** Names of the tokens before the patches, in order. */
  readonly specialTokens: readonly string[];
  /** For each layer, [head, query, key]; the trace's from here on. */
  readonly attention: readonly tf.Tensor3D[];
  /** For each layer, what went into it, [token, width]; the trace's from here on. */
  readonly inputs: readonly tf.Tensor2D[];
  /** [label]; empty without a head. */
  readonly probabilities: Float32Array;
  /** [channel, y, x], preprocessed: what the model was run with. */
  readonly pixels: Float32Array;
  readonly changes: AttentionChanges;
  /** The model that was run, which may be given up before the trace. */
  readonly model: SharedModel<VitModel>;
}

/** All that a vision run left. The attention stays on the device, and lives until `dispose`. */
export class VisionTrace {
  readonly geometry: ImageGeometry;
  readonly specialTokens: readonly string[];
  /** For each layer, [head, query, key]; rows sum to 1, or to 0 where changes hide every key. */
  readonly attention: readonly tf.Tensor3D[];
  /** For each layer, what went into it, [token, width]: a later pass can begin there. */
  readonly inputs: readonly tf.Tensor2D[];
  readonly probabilities: Float32Array;
  readonly pixels: Float32Array;
  readonly changes: AttentionChanges;
  readonly layerCount: number;
  readonly headCount: number;
  readonly tokenCount: number;
  /** 0 without a classification head. */
  readonly labelCount: number;
  /** Its work ends with `unknown-run` once another model has taken its place. */
  readonly model: SharedModel<VitModel>;

  constructor(parts: TraceParts) {
    this.geometry = parts.geometry;
    this.specialTokens = parts.specialTokens;
    this.attention = parts.attention;
    this.inputs = parts.inputs;
    this.probabilities = parts.probabilities;
    this.pixels = parts.pixels;
    this.changes = parts.changes;
    this.model = parts.model;
    const [headCount, tokenCount] = parts.attention[0]?.shape ?? [0, 0];
    this.layerCount = parts.attention.length;
    this.headCount = headCount;
    this.tokenCount = tokenCount;
    this.labelCount = parts.probabilities.length;
  }

  /**
   * Works with the model that was run, which lasts at least as long as the work.
   * @throws HeedFailure `unknown-run` if another model has taken its place
   */
  withModel<T>(work: (model: VitModel) => Promise<T>): Promise<T> {
    return this.model.use(work);
  }

  /**
   * The run's changes for another forward pass of its model. What came from another run is here, in
   * this run's own weights: that run need not be kept. Lasts as long as the trace.
   */
  plannedChanges(): PlannedChanges | null {
    return planChanges(this.changes, this, (_, layer) => this.layer(layer));
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
   * A layer's attention, [head, query, key]. It stays the trace's.
   * @throws HeedFailure `bad-request` if there is no such layer
   */
  layer(layer: number): tf.Tensor3D {
    return this.attention[layer] ?? outside('layer', layer, this.layerCount);
  }

  /**
   * What went into a layer, [token, width]. It stays the trace's.
   * @throws HeedFailure `bad-request` if there is no such layer
   */
  input(layer: number): tf.Tensor2D {
    return this.inputs[layer] ?? outside('layer', layer, this.layerCount);
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
    dispose([this.attention, this.inputs]);
  }
}

function isIndex(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}

function outside(what: string, index: number, count: number): never {
  fail('bad-request', `There is no such ${what}.`, `${what} ${index} of ${count}`);
}
