import { type KernelFunctions, type KernelName, instantiateKernels } from './kernel-module.ts';
import type { WasmHeap } from './wasm-heap.ts';

/** Calls the kernels, on as many threads as there are. */
export interface KernelRunner {
  /** With the calling one. */
  readonly threadCount: number;
  /**
   * Runs a kernel over all units of its output (rows, heads, groups of panels) and waits for it.
   * @param work about how many multiplications; little work is not worth a second thread
   * @param args what follows `start` and `end`
   * @param scratchBytes how much memory of its own each thread needs
   */
  run(
    name: KernelName,
    unitCount: number,
    work: number,
    args: readonly number[],
    scratchBytes?: number,
  ): void;
  /** Ends the threads. */
  dispose(): void;
}

/** Memory that grows to the largest size asked for and is used again and again. */
export class Scratch {
  readonly #heap: WasmHeap;
  #address = 0;
  #byteCount = 0;

  constructor(heap: WasmHeap) {
    this.#heap = heap;
  }

  /** What stood there before is gone. */
  take(byteCount: number): number {
    if (byteCount > this.#byteCount) {
      if (this.#address !== 0) this.#heap.free(this.#address);
      this.#address = 0;
      this.#byteCount = 0;
      this.#address = this.#heap.allocate(byteCount);
      this.#byteCount = byteCount;
    }
    return this.#address;
  }
}

/** Everything on the calling thread. */
export class SingleThread implements KernelRunner {
  readonly threadCount = 1;
  readonly #functions: KernelFunctions;
  readonly #scratch: Scratch;

  /** @param module a build for memory that is not shared */
  constructor(module: WebAssembly.Module, heap: WasmHeap) {
    this.#functions = instantiateKernels(module, heap.memory);
    this.#scratch = new Scratch(heap);
  }

  dispose(): void {
    // Its memory goes with the backend.
  }

  run(
    name: KernelName,
    unitCount: number,
    _work: number,
    args: readonly number[],
    scratchBytes = 0,
  ): void {
    const scratch = scratchBytes === 0 ? 0 : this.#scratch.take(scratchBytes);
    this.#functions[name](scratch, 0, unitCount, ...args);
  }
}
