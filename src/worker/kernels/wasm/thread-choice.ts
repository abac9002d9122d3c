/** Steps of a trial. */
const TRIAL = 4;
/** Steps between two trials, at first; each that changes nothing doubles it, up to the most. */
const LEAST_SPELL = 24;
const LONGEST_SPELL = 384;
/** Times of each choice that are looked at, at most. */
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
  /** What was decided last; null before that. */
  #isSharedForNow: boolean | null = null;
  /** Whether this trial of threads is the one after a trial that spoke against them. */
  #isAgain = false;
  /** Steps since the choice changed. */
  #steps = 0;
  #spell = LEAST_SPELL;

  constructor(threadCount: number) {
    this.#threadCount = threadCount;
    this.#isShared = threadCount > 1;
  }

  /** How many threads the next step takes. */
  next(): number {
    if (this.#threadCount > 1 && this.#steps >= TRIAL) this.#reconsider();
    this.#steps += 1;
    return this.#isShared ? this.#threadCount : 1;
  }

  /** @param ms that the step took, for each row */
  record(ms: number): void {
    // In the first step threads wake up.
    if (this.#steps === 1) return;
    const times = this.#timesOf(this.#isShared);
    times.push(ms);
    if (times.length > KEPT) times.shift();
  }

  #reconsider(): void {
    const [alone, shared] = [middle(this.#timesOf(false)), middle(this.#timesOf(true))];
    if (!this.#isTrial) {
      const isSlow = this.#isShared && shared > alone;
      if (isSlow || this.#steps >= this.#spell) this.#try(!this.#isShared);
    } else if (Number.isNaN(alone)) {
      this.#try(false);
    } else if (shared < (1 - LEAST_GAIN) * alone) {
      this.#decide(true);
    } else if (this.#isSharedForNow === true && !this.#isAgain) {
      // Perhaps something else held a core for a moment, and one thread was tried after it.
      this.#try(true);
      this.#isAgain = true;
    } else {
      this.#decide(false);
    }
  }

  #try(isShared: boolean): void {
    this.#timesOf(isShared).length = 0;
    this.#change(isShared);
    this.#isTrial = true;
    this.#isAgain = false;
  }

  #decide(isShared: boolean): void {
    const isAsBefore = isShared === this.#isSharedForNow;
    this.#spell = isAsBefore ? Math.min(2 * this.#spell, LONGEST_SPELL) : LEAST_SPELL;
    this.#isSharedForNow = isShared;
    this.#isTrial = false;
    this.#change(isShared);
  }

  #change(isShared: boolean): void {
    if (isShared === this.#isShared) return;
    this.#isShared = isShared;
    this.#steps = 0;
  }

  #timesOf(isShared: boolean): number[] {
    return this.#times[isShared ? 1 : 0];
  }
}

/** A single step that had to wait for a core does not move it. */
function middle(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}
