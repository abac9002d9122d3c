import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

import type { KernelRunner } from './kernel-runner.ts';
import { Scratch } from './kernel-runner.ts';
import type { WasmHeap } from './wasm-heap.ts';

/** Columns of a panel: `PANEL` of `source/product.h`. */
export const PANEL = 8;

/** A right factor, [inner, columns] or, transposed, [columns, inner]. */
export interface Factor {
  readonly address: number;
  readonly inner: number;
  readonly columns: number;
  readonly isTransposed: boolean;
}

interface Kept {
  readonly address: number;
  readonly byteCount: number;
  readonly layout: string;
}

/** What is kept altogether: twice a ViT-B/16's weights would not fit beside its attention. */
const KEPT_BYTES = 512 * 2 ** 20;

/**
 * Right factors as the kernels want them: panels of 8 columns, each read from its beginning to its
 * end. A tensor that is a right factor for the second time is taken for a weight, and its panels are
 * kept until tfjs frees it; others are packed for one product.
 */
export class PackedFactors {
  readonly #heap: WasmHeap;
  readonly #runner: KernelRunner;
  readonly #scratch: Scratch;
  /** For weights that are not kept, by their place in a kernel's call. */
  readonly #places: Scratch[] = [];
  readonly #seen = new WeakSet<object>();
  readonly #kept = new Map<object, Kept>();
  #keptBytes = 0;

  constructor(heap: WasmHeap, runner: KernelRunner) {
    this.#heap = heap;
    this.#runner = runner;
    this.#scratch = new Scratch(heap);
  }

  /** Bytes in panels that are kept. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Forgets a tensor's panels when tfjs frees its memory. */
  watch(backend: BackendWasm): void {
    const disposeData = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      const isGone = disposeData(dataId, force);
      if (isGone) this.#forget(dataId);
      return isGone;
    };
  }

  /**
   * The address of the kept panels; null for a factor seen for the first time, or too large.
   * @param dataId of the tensor that is the whole factor
   */
  kept(dataId: object, factor: Factor): number | null {
    const layout = layoutOf(factor);
    const kept = this.#kept.get(dataId);
    if (kept !== undefined) return kept.layout === layout ? kept.address : null;
    if (!this.#seen.has(dataId)) {
      this.#seen.add(dataId);
      return null;
    }
    return this.#keep(dataId, factor, layout);
  }

  /**
   * The address of a weight's panels, kept from the first time on, or, beyond what is kept
   * altogether, until the next call with the same place.
   * @param place of the weight among those that a kernel takes at once, from 0
   */
  weight(dataId: object, factor: Factor, place: number): number {
    const layout = layoutOf(factor);
    const kept = this.#kept.get(dataId);
    if (kept?.layout === layout) return kept.address;
    const address = kept === undefined ? this.#keep(dataId, factor, layout) : null;
    if (address !== null) return address;
    const scratch = (this.#places[place] ??= new Scratch(this.#heap));
    const once = scratch.take(packedBytes(factor));
    this.#pack(factor, once);
    return once;
  }

  /** The address of a weight's panels, kept from the first time on; null beyond what is kept. */
  keep(dataId: object, factor: Factor): number | null {
    const layout = layoutOf(factor);
    const kept = this.#kept.get(dataId);
    if (kept !== undefined) return kept.layout === layout ? kept.address : null;
    return this.#keep(dataId, factor, layout);
  }

  /** The address of panels that hold until the next call. */
  forOnce(factor: Factor): number {
    const address = this.#scratch.take(packedBytes(factor));
    this.#pack(factor, address);
    return address;
  }

  #keep(dataId: object, factor: Factor, layout: string): number | null {
    const byteCount = packedBytes(factor);
    if (this.#keptBytes + byteCount > KEPT_BYTES) return null;
    const address = this.#heap.allocate(byteCount);
    this.#pack(factor, address);
    this.#kept.set(dataId, { address, byteCount, layout });
    this.#keptBytes += byteCount;
    return address;
  }

  #pack({ address, inner, columns, isTransposed }: Factor, to: number): void {
    const [rowStride, columnStride] = isTransposed ? [1, inner] : [columns, 1];
    const panelCount = Math.ceil(columns / PANEL);
    const args = [address, rowStride, columnStride, to, inner, columns];
    this.#runner.run('pack', panelCount, inner * columns, args);
  }

  #forget(dataId: object): void {
    const kept = this.#kept.get(dataId);
    if (kept === undefined) return;
    this.#kept.delete(dataId);
    this.#keptBytes -= kept.byteCount;
    this.#heap.free(kept.address);
  }
}

function layoutOf({ inner, columns, isTransposed }: Factor): string {
  return `${inner} ${columns} ${isTransposed}`;
}

function packedBytes({ inner, columns }: Factor): number {
  return 4 * inner * PANEL * Math.ceil(columns / PANEL);
}
