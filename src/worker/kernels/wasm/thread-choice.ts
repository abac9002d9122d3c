/** Every so many steps the other choice is tried again: the machine may have become busy, or calm. */
const TRY_EVERY = 24;
/** Times of each choice that are looked at. */
const KEPT = 5;
/** Times of each choice before the first decision: the first of all are of threads that wake up. */
const FIRST = 3;
/**
 * What threads have to save. They hold a core that others could use, and where they save nothing
 * chance would decide.
 */
const LEAST_GAIN = 0.1;

/**
 * Whether threads are worth it. Those of a decoder's step wait for each other some thirty times in half
 * a millisecond: with a core for each that takes half the time, but on a busy machine, where one of
 * them has to wait for a core, many times as long.
 */
export class ThreadChoice {
  readonly #threadCount: number;
  /** The newest times of a step with one thread, and with all. */
  readonly #times: readonly [number[], number[]] = [[], []];
  #steps = 0;
  #isShared = false;

  constructor(threadCount: number) {
    this.#threadCount = threadCount;
  }

  /** How many threads the next step takes. */
  next(): number {
    const [alone, shared] = this.#times;
    this.#steps += 1;
    const isTrial = this.#steps % TRY_EVERY === 0;
    if (this.#threadCount === 1) this.#isShared = false;
    else if (shared.length < FIRST) this.#isShared = true;
    else if (alone.length < FIRST) this.#isShared = false;
    else this.#isShared = middle(shared) < (1 - LEAST_GAIN) * middle(alone) !== isTrial;
    return this.#isShared ? this.#threadCount : 1;
  }

  /** @param ms that the step took, for each row */
  record(ms: number): void {
    const times = this.#times[this.#isShared ? 1 : 0];
    times.push(ms);
    if (times.length > KEPT) times.shift();
  }
}

/** A single step that had to wait for a core does not move it. */
function middle(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}
