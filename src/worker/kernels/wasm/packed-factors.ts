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
    const layout = `${factor.inner} ${factor.columns} ${factor.isTransposed}`;
    const kept = this.#kept.get(dataId);
    if (kept !== undefined) return kept.layout === layout ? kept.address : null;
    if (!this.#seen.has(dataId)) {
      this.#seen.add(dataId);
      return null;
    }
    const byteCount = packedBytes(factor);
    if (this.#keptBytes + byteCount > KEPT_BYTES) return null;
    const address = this.#heap.allocate(byteCount);
    this.#pack(factor, address);
    this.#kept.set(dataId, { address, byteCount, layout });
    this.#keptBytes += byteCount;
    return address;
  }

  /** The address of panels that hold until the next call. */
  forOnce(factor: Factor): number {
    const address = this.#scratch.take(packedBytes(factor));
    this.#pack(factor, address);
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

function packedBytes({ inner, columns }: Factor): number {
  return 4 * inner * PANEL * Math.ceil(columns / PANEL);
}
