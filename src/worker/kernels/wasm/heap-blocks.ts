import type { WasmHeap } from './wasm-heap.ts';

/** Bytes of a line of the processor's cache. */
const LINE = 64;

/** Pieces of the heap that are freed together. */
export class HeapBlocks {
  readonly heap: WasmHeap;
  #addresses: number[] = [];

  constructor(heap: WasmHeap) {
    this.heap = heap;
  }

  /**
   * @param count of numbers of four bytes
   * @returns the address, a multiple of 8; what stands there is anything
   * @throws RangeError if the memory is full
   */
  take(count: number): number {
    const address = this.heap.allocate(4 * Math.max(1, count));
    this.#addresses.push(address);
    return address;
  }

  /** Place for numbers of four bytes, and where in it a line of the processor's cache begins. */
  takeLines(count: number): { readonly address: number; readonly start: number } {
    const address = this.take(count + LINE / 4);
    return { address, start: LINE * Math.ceil(address / LINE) };
  }

  // Views are made anew each time: memory that is not shared leaves the old ones empty when it grows.

  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.heap.memory.buffer, address, count);
  }

  integers(address: number, count: number): Int32Array {
    return new Int32Array(this.heap.memory.buffer, address, count);
  }

  doubles(address: number, count: number): Float64Array {
    return new Float64Array(this.heap.memory.buffer, address, count);
  }

  /** Frees one of them before the others. */
  giveBack(address: number): void {
    this.#addresses = this.#addresses.filter((other) => other !== address);
    this.heap.free(address);
  }

  free(): void {
    for (const address of this.#addresses) this.heap.free(address);
    this.#addresses = [];
  }
}
