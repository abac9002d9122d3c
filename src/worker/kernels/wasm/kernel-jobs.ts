/**
 * How threads share a kernel's work: a job lies in shared memory as integers, and whoever is free
 * claims the next units of it. A thread without work looks out for the next job for as long as usually
 * passes between two of one forward pass or two steps, then sleeps; the caller sleeps while the last
 * claims of others end.
 */
import { KERNEL_NAMES, type KernelFunctions, type KernelName } from './kernel-module.ts';

/** Places in the job's memory, in integers. */
const GENERATION = 0;
const IS_OPEN = 1;
const INSIDE = 2;
const NEXT = 3;
const FAILED = 4;
const KERNEL = 5;
const UNITS = 6;
const CHUNK = 7;
const SCRATCH = 8;
const SCRATCH_BYTES = 9;
const ARGUMENT_COUNT = 10;
const ARGUMENTS = 11;
const LENGTH = 32;

/** A page's own thread may not sleep; Heed computes in a worker, but tests of the engine in a page. */
export const MAY_SLEEP = 'WorkerGlobalScope' in globalThis;

/** Bytes of a job. */
export const JOB_BYTES = 4 * LENGTH;

export interface Job {
  readonly name: KernelName;
  readonly unitCount: number;
  /** Units in one claim. */
  readonly chunk: number;
  readonly args: readonly number[];
  /** Of the first thread; each has its own, one after the other. */
  readonly scratch: number;
  readonly scratchBytes: number;
}

/**
 * How long a thread looks for the next job before it sleeps: what the caller does between two layers
 * or two steps takes less, and waking a thread as long again.
 */
const LOOK_MS = 0.3;

export class SharedJob {
  readonly #cells: Int32Array;

  /** @param address of `JOB_BYTES` bytes; the calling thread fills them with zeros first */
  constructor(memory: WebAssembly.Memory, address: number) {
    this.#cells = new Int32Array(memory.buffer, address, LENGTH);
  }

  clear(): void {
    this.#cells.fill(0);
  }

  /**
   * Runs a job together with the threads that are free, and returns when it is done.
   * @throws Error if it failed on a thread
   */
  run(functions: KernelFunctions, job: Job): void {
    const cells = this.#cells;
    if (job.args.length > LENGTH - ARGUMENTS)
      throw new RangeError('A kernel has too many arguments.');
    cells[KERNEL] = KERNEL_NAMES.indexOf(job.name);
    cells[UNITS] = job.unitCount;
    cells[CHUNK] = job.chunk;
    cells[SCRATCH] = job.scratch;
    cells[SCRATCH_BYTES] = job.scratchBytes;
    cells[ARGUMENT_COUNT] = job.args.length;
    cells.set(job.args, ARGUMENTS);
    Atomics.store(cells, NEXT, 0);
    Atomics.store(cells, IS_OPEN, 1);
    Atomics.add(cells, GENERATION, 1);
    Atomics.notify(cells, GENERATION);
    try {
      this.#work(functions, 0);
    } finally {
      this.#close();
    }
    if (Atomics.exchange(cells, FAILED, 0) !== 0)
      throw new Error(`The kernel ${job.name} failed on a thread.`);
  }

  /**
   * A thread's life: sleep until there is a job, help, sleep.
   * @param thread counted from 1; 0 is the one that runs jobs
   */
  serve(functions: KernelFunctions, thread: number): never {
    const cells = this.#cells;
    let seen = 0;
    for (;;) {
      this.#awaitJob(seen);
      seen = Atomics.load(cells, GENERATION);
      // First inside, then the look whether the job is open: whoever closes it does the reverse, so
      // that one of the two sees the other.
      Atomics.add(cells, INSIDE, 1);
      try {
        if (Atomics.load(cells, IS_OPEN) === 1) this.#work(functions, thread);
      } catch {
        Atomics.store(cells, FAILED, 1);
      }
      if (Atomics.sub(cells, INSIDE, 1) === 1) Atomics.notify(cells, INSIDE);
    }
  }

  /** Returns when there is another job than the one seen. */
  #awaitJob(seen: number): void {
    const cells = this.#cells;
    const end = performance.now() + LOOK_MS;
    while (Atomics.load(cells, GENERATION) === seen)
      if (performance.now() > end) Atomics.wait(cells, GENERATION, seen);
  }

  #work(functions: KernelFunctions, thread: number): void {
    const cells = this.#cells;
    const name = KERNEL_NAMES[cells[KERNEL] ?? -1];
    if (name === undefined) throw new RangeError('There is no such kernel.');
    const kernel = functions[name];
    const [unitCount = 0, chunk = 1] = [cells[UNITS], cells[CHUNK]];
    const [scratch = 0, scratchBytes = 0] = [cells[SCRATCH], cells[SCRATCH_BYTES]];
    const args = [...cells.subarray(ARGUMENTS, ARGUMENTS + (cells[ARGUMENT_COUNT] ?? 0))];
    for (;;) {
      const start = Atomics.add(cells, NEXT, chunk);
      if (start >= unitCount) return;
      const end = Math.min(start + chunk, unitCount);
      kernel(scratch + thread * scratchBytes, start, end, ...args);
    }
  }

  /** No thread comes in any more; waits for those inside. */
  #close(): void {
    const cells = this.#cells;
    Atomics.store(cells, IS_OPEN, 0);
    for (;;) {
      const inside = Atomics.load(cells, INSIDE);
      if (inside === 0) return;
      if (MAY_SLEEP) Atomics.wait(cells, INSIDE, inside);
    }
  }
}
