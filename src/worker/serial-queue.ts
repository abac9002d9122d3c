/** Runs one piece of work at a time, in the order in which it came; at once where there is no other. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();
  /** Pieces of work that have not ended. */
  #count = 0;

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#count === 0 ? work() : this.#last.then(work);
    this.#count += 1;
    const end = (): void => {
      this.#count -= 1;
    };
    // A failure is its caller's, not that of the work behind it.
    this.#last = result.then(end, end);
    return result;
  }
}
