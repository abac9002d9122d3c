import { HeapBlocks } from './heap-blocks.ts';
import type { WasmHeap } from './wasm-heap.ts';

/** Cells that are taken from the heap at once. */
const CHUNK = 32;

/**
 * Cells of equal size: what every layer's self-attention keeps of one position of one beam. Beams that
 * have a past in common share its cells.
 */
export class CellPool {
  readonly #blocks: HeapBlocks;
  readonly #size: number;
  #free: number[] = [];

  /** @param size of a cell, in numbers */
  constructor(heap: WasmHeap, size: number) {
    this.#blocks = new HeapBlocks(heap);
    this.#size = size;
  }

  /** @returns the address */
  take(): number {
    if (this.#free.length === 0) {
      const start = this.#blocks.take(CHUNK * this.#size);
      // The last is taken first.
      for (let index = CHUNK - 1; index >= 0; index -= 1)
        this.#free.push(start + 4 * index * this.#size);
    }
    return this.#free.pop() ?? 0;
  }

  /**
   * Gives back the cells of rows that no row holds any more. Rows are of one length; where two of
   * them part, they have nothing in common after.
   */
  giveBack(before: readonly (readonly number[])[], after: readonly (readonly number[])[]): void {
    for (let place = (before[0]?.length ?? 0) - 1; place >= 0; place -= 1) {
      const kept = new Set(after.map((row) => row[place]));
      const gone = new Set(before.flatMap((row) => row[place] ?? []).filter((at) => !kept.has(at)));
      if (gone.size === 0) return;
      this.#free.push(...gone);
    }
  }

  dispose(): void {
    this.#blocks.free();
    this.#free = [];
  }
}
