/** Runs one piece of work at a time, in the order in which it came. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    // A failure is its caller's, not that of the work behind it.
    this.#last = result.catch(() => {});
    return result;
  }
}
