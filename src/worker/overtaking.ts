/** Of each kind of work the newest alone is wanted: it ends the older. */
export class Overtaking<Kind> {
  readonly #latest = new Map<Kind, AbortController>();

  /**
   * Begins work of a kind.
   * @param signal ends the work, too
   * @returns a signal for it, aborted when newer work of the kind begins
   */
  begin(kind: Kind, signal: AbortSignal): AbortSignal {
    this.#latest.get(kind)?.abort();
    const controller = new AbortController();
    this.#latest.set(kind, controller);
    return AbortSignal.any([signal, controller.signal]);
  }
}
