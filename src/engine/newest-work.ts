/** Work under way by name. Of each name the newest is wanted: it ends the older. */
export class NewestWork {
  readonly #work = new Map<string, AbortController>();

  /** Whether work of a name is under way. */
  has(name: string): boolean {
    return this.#work.has(name);
  }

  abort(...names: readonly string[]): void {
    for (const name of names) {
      this.#work.get(name)?.abort();
      this.#work.delete(name);
    }
  }

  abortAll(): void {
    this.abort(...this.#work.keys());
  }

  /** Whether newer work of a name took the place of the one with this signal. */
  isOvertaken(name: string, signal: AbortSignal): boolean {
    const newest = this.#work.get(name);
    return newest !== undefined && newest.signal !== signal;
  }

  /**
   * Runs the newest work of a name and ends the older. Never rejects.
   * @param onError is told why the work failed, unless it was aborted
   * @returns whether the work was still the newest, and not aborted, when it ended
   */
  async run(
    name: string,
    work: (signal: AbortSignal) => Promise<void>,
    onError: (error: unknown) => void,
  ): Promise<boolean> {
    this.abort(name);
    const controller = new AbortController();
    this.#work.set(name, controller);
    try {
      await work(controller.signal);
    } catch (error) {
      if (!controller.signal.aborted) onError(error);
    }
    const isNewest = this.#work.get(name) === controller;
    if (isNewest) this.#work.delete(name);
    return isNewest;
  }
}
