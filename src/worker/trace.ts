import type * as tf from '@tensorflow/tfjs-core';

import type { ImageGeometry } from '../math/geometry.ts';
import { fail } from './failure.ts';

/** All that a vision run left. The attention stays on the device, and lives until `dispose`. */
export class VisionTrace {
  readonly geometry: ImageGeometry;
  /** Names of the tokens before the patches, in order. */
  readonly specialTokens: readonly string[];
  /** For each layer, [head, query, key]; rows sum to 1. */
  readonly attention: readonly tf.Tensor3D[];
  readonly layerCount: number;
  readonly headCount: number;
  readonly tokenCount: number;

  /** The tensors are the trace's from here on. */
  constructor(
    geometry: ImageGeometry,
    specialTokens: readonly string[],
    attention: readonly tf.Tensor3D[],
  ) {
    this.geometry = geometry;
    this.specialTokens = specialTokens;
    this.attention = attention;
    const [headCount, tokenCount] = attention[0]?.shape ?? [0, 0];
    this.layerCount = attention.length;
    this.headCount = headCount;
    this.tokenCount = tokenCount;
  }

  /**
   * A layer's attention, [head, query, key]. It stays the trace's.
   * @throws HeedFailure `bad-request` if there is no such layer
   */
  layer(layer: number): tf.Tensor3D {
    return this.attention[layer] ?? outside('layer', layer, this.layerCount);
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
    for (const probs of this.attention) probs.dispose();
  }
}

function isIndex(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}

function outside(what: string, index: number, count: number): never {
  fail('bad-request', `There is no such ${what}.`, `${what} ${index} of ${count}`);
}
