import * as tf from '@tensorflow/tfjs-core';

import { layerBytes } from './checkpoint/vision-memory.ts';

/** How much attention a run has. */
export interface AttentionSize {
  readonly layerCount: number;
  readonly headCount: number;
  readonly tokenCount: number;
}

interface Entry {
  readonly owner: RunAttention;
  readonly layer: number;
  readonly probs: tf.Tensor3D;
  userCount: number;
  isDropped: boolean;
}

type Work<R> = (probs: tf.Tensor3D) => R | Promise<R>;

/**
 * The attention of all runs' layers that is kept on the device, within a number of bytes: what was
 * used last stays. Nothing is lost for good, since a run computes a layer again from its input.
 */
export class AttentionCache {
  /** What all kept layers take together; what is in use beside them is not counted. */
  readonly maxBytes: number;
  /** Least recently used first. */
  readonly #entries = new Set<Entry>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A new run's share, empty. */
  openRun(size: AttentionSize): RunAttention {
    return new RunAttention(this, size);
  }

  /** Gives up what was used longest ago, until so much more fits or nothing else can go. */
  makeRoom(bytes: number): void {
    for (const entry of this.#entries) {
      if (this.#bytes + bytes <= this.maxBytes) return;
      if (entry.userCount === 0) this.#drop(entry);
    }
  }

  find(owner: RunAttention, layer: number): Entry | undefined {
    for (const entry of this.#entries) {
      if (entry.owner === owner && entry.layer === layer) return entry;
    }
    return undefined;
  }

  /** Takes a tensor over. */
  add(owner: RunAttention, layer: number, probs: tf.Tensor3D): Entry {
    const entry = { owner, layer, probs, userCount: 0, isDropped: false };
    this.#entries.add(entry);
    this.#bytes += bytesOf(entry);
    return entry;
  }

  async use<R>(entry: Entry, work: Work<R>): Promise<R> {
    entry.userCount += 1;
    if (this.#entries.delete(entry)) this.#entries.add(entry);
    try {
      return await work(entry.probs);
    } finally {
      entry.userCount -= 1;
      if (entry.isDropped && entry.userCount === 0) entry.probs.dispose();
      this.makeRoom(0);
    }
  }

  dropAll(owner: RunAttention): void {
    for (const entry of this.#entries) {
      if (entry.owner === owner) this.#drop(entry);
    }
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry);
    this.#bytes -= bytesOf(entry);
    entry.isDropped = true;
    if (entry.userCount === 0) entry.probs.dispose();
  }
}

/** One run's layers in the cache. */
export class RunAttention {
  readonly size: AttentionSize;
  readonly #cache: AttentionCache;

  constructor(cache: AttentionCache, size: AttentionSize) {
    this.#cache = cache;
    this.size = size;
  }

  /** How many of the run's layers can be kept at a time. */
  get mostKept(): number {
    const { layerCount } = this.size;
    return Math.min(layerCount, Math.floor(this.#cache.maxBytes / layerBytes(this.size)));
  }

  /** Makes room for a layer's attention, which is about to be computed. */
  makeRoom(): void {
    this.#cache.makeRoom(layerBytes(this.size));
  }

  has(layer: number): boolean {
    return this.#cache.find(this, layer) !== undefined;
  }

  /** Keeps a layer's attention, [head, query, key], the cache's from here on, if it fits at all. */
  put(layer: number, probs: tf.Tensor3D): void {
    this.#cache.add(this, layer, probs);
    this.#cache.makeRoom(0);
  }

  /** Gives the first layers that are kept to another run as well, whose they then are. */
  share(other: RunAttention, count: number): void {
    for (let layer = 0; layer < count; layer++) {
      const kept = this.#cache.find(this, layer);
      if (kept !== undefined) other.put(layer, tf.clone(kept.probs));
    }
  }

  /**
   * Works with a layer's attention, which lasts at least as long as the work.
   * @param compute makes it where it isn't kept
   * @param keeps whether what had to be computed is kept for the next time, in place of what was
   *   used longest ago; not for work that goes through all layers
   */
  async use<R>(
    layer: number,
    compute: () => Promise<tf.Tensor3D>,
    keeps: boolean,
    work: Work<R>,
  ): Promise<R> {
    const kept = this.#cache.find(this, layer);
    if (kept !== undefined) return this.#cache.use(kept, work);
    if (keeps) this.makeRoom();
    const probs = await compute();
    // Another reading may have been as fast.
    if (keeps && !this.has(layer))
      return this.#cache.use(this.#cache.add(this, layer, probs), work);
    try {
      return await work(probs);
    } finally {
      probs.dispose();
    }
  }

  dispose(): void {
    this.#cache.dropAll(this);
  }
}

function bytesOf({ probs }: Entry): number {
  return 4 * probs.size;
}
