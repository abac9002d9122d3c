/** Finds which of many texts begin at a place of another one. */
export class PrefixIndex {
  readonly #texts: readonly string[];
  /** Beside `#texts`. */
  readonly #ids: readonly number[];

  /** @param entries texts with their ids, in any order; no text twice, none empty */
  constructor(entries: Iterable<readonly [text: string, id: number]>) {
    const sorted = [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
    this.#texts = sorted.map(([text]) => text);
    this.#ids = sorted.map(([, id]) => id);
  }

  /** Every entry that the text has at `start`, the shortest first. */
  *matches(
    text: string,
    start: number,
  ): Generator<{ readonly id: number; readonly length: number }> {
    // Sorted texts that share a beginning lie side by side: the range narrows with every letter.
    let low = 0;
    let high = this.#texts.length;
    for (let depth = 0; start + depth < text.length; depth += 1) {
      const unit = text.charCodeAt(start + depth);
      low = this.#firstFrom(low, high, depth, unit);
      high = this.#firstFrom(low, high, depth, unit + 1);
      if (low >= high) return;
      if (this.#texts[low]?.length === depth + 1) {
        yield { id: this.#ids[low] ?? -1, length: depth + 1 };
      }
    }
  }

  /** The length of the longest entry at `start`, or 0. */
  longest(text: string, start: number): number {
    let longest = 0;
    for (const { length } of this.matches(text, start)) longest = length;
    return longest;
  }

  /** The first place in [low, high) whose text has at least this unit at `depth`. */
  #firstFrom(low: number, high: number, depth: number, unit: number): number {
    while (low < high) {
      const middle = (low + high) >> 1;
      // A text that has ended sorts before all that go on: NaN is not at least anything.
      if ((this.#texts[middle]?.charCodeAt(depth) ?? Number.NaN) >= unit) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
