/** Every so many steps the other choice is tried again: the machine may have become busy, or calm. */
const TRY_EVERY = 24;
/** What the newest time counts for in a mean. */
const NEWEST = 0.25;

/**
 * Whether threads are worth it. Those of a decoder's step wait for each other some thirty times in half
 * a millisecond: with a core for each that takes half the time, but on a busy machine, where one of
 * them has to wait for a core, many times as long.
 */
export class ThreadChoice {
  readonly #threadCount: number;
  /** Mean times of a step with one thread, and with all. */
  readonly #means: [number | null, number | null] = [null, null];
  #steps = 0;
  #isShared = false;

  constructor(threadCount: number) {
    this.#threadCount = threadCount;
  }

  /** How many threads the next step takes. */
  next(): number {
    const [alone, shared] = this.#means;
    this.#steps += 1;
    const isTrial = this.#steps % TRY_EVERY === 0;
    if (this.#threadCount === 1) this.#isShared = false;
    else if (shared === null) this.#isShared = true;
    else if (alone === null) this.#isShared = false;
    else this.#isShared = shared < alone !== isTrial;
    return this.#isShared ? this.#threadCount : 1;
  }

  /** @param ms that the step took, for each row */
  record(ms: number): void {
    const at = this.#isShared ? 1 : 0;
    const mean = this.#means[at];
    this.#means[at] = mean === null ? ms : mean + NEWEST * (ms - mean);
  }
}
