// Reads a stream of chunks as if it were one long array.

/** Bytes that end before they should. */
export class CutShort extends Error {}

export class ByteQueue {
  /** @type {AsyncIterator<Uint8Array>} */
  #source;
  /** @type {Uint8Array} */
  #chunk = new Uint8Array(0);
  #position = 0;

  /** @param {AsyncIterable<Uint8Array>} source */
  constructor(source) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** How many bytes were taken or skipped so far. */
  get position() {
    return this.#position;
  }

  /** Makes sure that there is something to take, unless the stream has ended. */
  async #fill() {
    while (this.#chunk.length === 0) {
      const { done, value } = await this.#source.next();
      if (done) return false;
      this.#chunk = value;
    }
    return true;
  }

  /** @param {number} count at most what the present chunk holds */
  #take(count) {
    const taken = this.#chunk.subarray(0, count);
    this.#chunk = this.#chunk.subarray(count);
    this.#position += count;
    return taken;
  }

  /** Whether every byte has been taken. */
  async isAtEnd() {
    return !(await this.#fill());
  }

  /**
   * Takes bytes, in an array of the caller's own.
   * @param {number} count
   * @throws CutShort if the stream ends before
   */
  async read(count) {
    const bytes = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (!(await this.#fill())) throw new CutShort();
      const part = this.#take(Math.min(count - filled, this.#chunk.length));
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  /**
   * Passes over bytes without keeping them.
   * @param {number} count
   * @throws CutShort if the stream ends before
   */
  async skip(count) {
    let left = count;
    while (left > 0) {
      if (!(await this.#fill())) throw new CutShort();
      left -= this.#take(Math.min(left, this.#chunk.length)).length;
    }
  }

  /** The rest, chunk by chunk. */
  async *rest() {
    while (await this.#fill()) yield this.#take(this.#chunk.length);
  }
}
