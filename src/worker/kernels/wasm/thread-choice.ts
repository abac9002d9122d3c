/** Steps of a trial. */
const TRIAL = 4;
/** Steps between two trials, at first; each that changes nothing doubles it, up to the most. */
const LEAST_SPELL = 24;
const LONGEST_SPELL = 384;
/** Times of each choice that are looked at. */
const KEPT = 5;
/**
 * What threads have to save. They hold a core that others could use, and where they save nothing
 * chance would decide.
 */
const LEAST_GAIN = 0.1;

/**
 * Whether threads are worth it. Those of a decoder's step wait for each other some thirty times in a
 * fraction of a millisecond: with a core for each that saves a third, but on a busy machine, where one
 * of them has to wait for a core, it takes many times as long. Every so often the other choice is tried
 * for a few steps: the machine may have become busy, or calm.
 */
export class ThreadChoice {
  readonly #threadCount: number;
  /** The newest times of a step with one thread, and with all. */
  readonly #times: readonly [alone: number[], shared: number[]] = [[], []];
  #isShared: boolean;
  #isTrial = true;
  /** Steps since the choice changed. */
  #steps = 0;
  #spell = LEAST_SPELL;

  constructor(threadCount: number) {
    this.#threadCount = threadCount;
    this.#isShared = threadCount > 1;
  }

  /** How many threads the next step takes. */
  next(): number {
    if (this.#threadCount > 1) this.#reconsider();
    this.#steps += 1;
    return this.#isShared ? this.#threadCount : 1;
  }

  /** @param ms that the step took, for each row */
  record(ms: number): void {
    // In the first step threads wake up.
    if (this.#steps === 1) return;
    const times = this.#times[this.#isShared ? 1 : 0];
    times.push(ms);
    if (times.length > KEPT) times.shift();
  }

  #reconsider(): void {
    if (this.#steps < TRIAL) return;
    if (!this.#isTrial) {
      const isDue = this.#steps >= this.#spell || this.#isShared !== this.#isSharedBetter();
      if (isDue) this.#change({ isTrial: true });
      return;
    }
    this.#isTrial = false;
    if (this.#times[0].length === 0) {
      this.#change({ isTrial: true });
    } else if (this.#isShared === this.#isSharedBetter()) {
      this.#spell = LEAST_SPELL;
    } else {
      this.#spell = Math.min(2 * this.#spell, LONGEST_SPELL);
      this.#change({ isTrial: false });
    }
  }

  #change({ isTrial }: { isTrial: boolean }): void {
    this.#isShared = !this.#isShared;
    this.#isTrial = isTrial;
    this.#steps = 0;
  }

  #isSharedBetter(): boolean {
    const [alone, shared] = this.#times;
    return middle(shared) < (1 - LEAST_GAIN) * middle(alone);
  }
}

/** A single step that had to wait for a core does not move it. */
function middle(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}
