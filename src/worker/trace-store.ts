import type { RunId, RunSlot } from '../engine/protocol.ts';
import { fail } from './failure.ts';

interface Entry<T> {
  readonly trace: T;
  readonly slot: RunSlot;
  userCount: number;
  released: boolean;
}

/**
 * The traces of the runs that the page may still ask about: the last of each slot. A trace that is
 * being read is disposed of when the reading has ended.
 */
export class TraceStore<T extends { readonly dispose: () => void }> {
  readonly #entries = new Map<RunId, Entry<T>>();
  readonly #nextRun: () => RunId;

  /** @param nextRun gives a number that no other run has */
  constructor(nextRun: () => RunId) {
    this.#nextRun = nextRun;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Keeps a trace in place of its slot's older one. */
  add(trace: T, slot: RunSlot): RunId {
    for (const [run, entry] of this.#entries) {
      if (entry.slot === slot) this.release(run);
    }
    const run = this.#nextRun();
    this.#entries.set(run, { trace, slot, userCount: 0, released: false });
    return run;
  }

  /** The run of a slot, or null. */
  latest(slot: RunSlot): RunId | null {
    for (const [run, entry] of this.#entries) if (entry.slot === slot) return run;
    return null;
  }

  /**
   * Works with a trace, which lasts at least as long as the work.
   * @throws HeedFailure `unknown-run` if the run has been released or never was
   */
  async use<R>(run: RunId, work: (trace: T) => Promise<R>): Promise<R> {
    const entry = this.#entries.get(run);
    if (entry === undefined) return unknown(run);
    entry.userCount += 1;
    try {
      return await work(entry.trace);
    } finally {
      entry.userCount -= 1;
      if (entry.released && entry.userCount === 0) entry.trace.dispose();
    }
  }

  /**
   * Works with several traces.
   * @param work is given a function from each of the runs to its trace
   * @throws HeedFailure `unknown-run` if one of them has been released or never was
   */
  async useAll<R>(
    runs: readonly RunId[],
    work: (traceOf: (run: RunId) => T) => Promise<R>,
  ): Promise<R> {
    const traces = new Map<RunId, T>();
    const traceOf = (run: RunId): T => traces.get(run) ?? unknown(run);
    const open = async (index: number): Promise<R> => {
      const run = runs[index];
      if (run === undefined) return work(traceOf);
      return this.use(run, (trace) => {
        traces.set(run, trace);
        return open(index + 1);
      });
    };
    return open(0);
  }

  /** Gives a trace up. Releasing twice does nothing. */
  release(run: RunId): void {
    const entry = this.#entries.get(run);
    if (entry === undefined) return;
    this.#entries.delete(run);
    entry.released = true;
    if (entry.userCount === 0) entry.trace.dispose();
  }

  clear(): void {
    for (const run of this.#entries.keys()) this.release(run);
  }
}

function unknown(run: RunId): never {
  fail('unknown-run', 'This run is no longer kept.', `run ${run}`);
}
