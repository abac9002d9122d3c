import { fail } from './failure.ts';

/**
 * A model that several calls work with. Once given up it takes no more work, and leaves the device
 * when the work under way has ended.
 */
export class SharedModel<T extends { readonly dispose: () => void }> {
  readonly #model: T;
  #userCount = 0;
  #isReleased = false;

  /** The model is this object's from here on. */
  constructor(model: T) {
    this.#model = model;
  }

  /**
   * Works with the model, which lasts at least as long as the work.
   * @throws HeedFailure `unknown-run` if it has been given up
   */
  async use<R>(work: (model: T) => Promise<R>): Promise<R> {
    if (this.#isReleased) fail('unknown-run', 'The model of this run is no longer loaded.');
    this.#userCount += 1;
    try {
      return await work(this.#model);
    } finally {
      this.#userCount -= 1;
      if (this.#isReleased && this.#userCount === 0) this.#model.dispose();
    }
  }

  /** Gives the model up. Doing so twice does nothing. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (this.#userCount === 0) this.#model.dispose();
  }
}
