import { JOB_BYTES, SharedJob } from './kernel-jobs.ts';
import { type KernelFunctions, type KernelName, instantiateKernels } from './kernel-module.ts';
import { type KernelRunner, Scratch } from './kernel-runner.ts';
import type { WasmHeap } from './wasm-heap.ts';

/** What a thread is told when it starts. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the job. */
  readonly job: number;
  /** Counted from 1. */
  readonly thread: number;
}

/** A thread that waits for its part of the kernels. */
export interface KernelThread {
  readonly worker: Worker;
  /** Rejects if it does not start. */
  readonly failure: Promise<never>;
}

/** Less work than this is done before another thread has woken up. */
const LITTLE_WORK = 1_000_000;
/** Claims a thread has of a job, about: more balance better, fewer cost less. */
const CLAIMS = 4;

/** The calling thread and helpers on shared memory. */
export class ThreadPool implements KernelRunner {
  readonly threadCount: number;
  readonly #functions: KernelFunctions;
  readonly #tileRows: number;
  readonly #job: SharedJob;
  readonly #scratch: Scratch;
  readonly #workers: readonly Worker[];

  private constructor(
    functions: KernelFunctions,
    job: SharedJob,
    heap: WasmHeap,
    workers: readonly Worker[],
  ) {
    this.threadCount = workers.length + 1;
    this.#functions = functions;
    this.#tileRows = functions.tile_rows();
    this.#job = job;
    this.#scratch = new Scratch(heap);
    this.#workers = workers;
  }

  /**
   * @param module a build for shared memory
   * @param threads from `startThreads`; from here on the pool's
   * @throws Error if a thread does not start
   */
  static async start(
    module: WebAssembly.Module,
    heap: WasmHeap,
    threads: readonly KernelThread[],
  ): Promise<ThreadPool> {
    const { memory } = heap;
    const address = heap.allocate(JOB_BYTES);
    const job = new SharedJob(memory, address);
    job.clear();
    const starts = threads.map((thread, index) =>
      setToWork(thread, { module, memory, job: address, thread: index + 1 }),
    );
    await Promise.all(starts);
    const workers = threads.map(({ worker }) => worker);
    return new ThreadPool(instantiateKernels(module, memory), job, heap, workers);
  }

  run(
    name: KernelName,
    unitCount: number,
    work: number,
    args: readonly number[],
    scratchBytes = 0,
  ): void {
    const isShared = work >= LITTLE_WORK && unitCount > 1;
    const threadCount = isShared ? this.threadCount : 1;
    const scratch = scratchBytes === 0 ? 0 : this.#scratch.take(scratchBytes * threadCount);
    if (!isShared) {
      this.#functions[name](scratch, 0, unitCount, ...args);
      return;
    }
    const even = Math.ceil(unitCount / (CLAIMS * threadCount));
    const multiple = name === 'multiply_rows' ? this.#tileRows : 1;
    const chunk = multiple * Math.ceil(even / multiple);
    this.#job.run(this.#functions, { name, unitCount, chunk, args, scratch, scratchBytes });
  }

  dispose(): void {
    for (const worker of this.#workers) worker.terminate();
  }
}

/** A worker takes a while to be there, so that threads are started before what they work on. */
export function startThreads(count: number): KernelThread[] {
  return Array.from({ length: count }, () => {
    const worker = new Worker(new URL('./thread.ts', import.meta.url), { type: 'module' });
    const failure = new Promise<never>((_, reject) => {
      worker.addEventListener(
        'error',
        (event) => reject(new Error(`A thread of the kernels did not start: ${event.message}`)),
        { once: true },
      );
    });
    // Awaited when the thread is set to work; a failure before that is not unhandled.
    failure.catch(() => undefined);
    return { worker, failure };
  });
}

function setToWork({ worker, failure }: KernelThread, start: ThreadStart): Promise<void> {
  const ready = new Promise<void>((resolve) => {
    worker.addEventListener('message', () => resolve(), { once: true });
  });
  worker.postMessage(start, { transfer: [] });
  return Promise.race([ready, failure]);
}
