/** Gathers chunks into one array: in place where the length is known. */
export class ByteCollector {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(expected: number | null) {
    // A hostile length must not take memory before its bytes arrive.
    this.#bytes = new Uint8Array(Math.min(expected ?? 0, 64 * 1024 * 1024));
  }

  get length(): number {
    return this.#length;
  }

  add(chunk: Uint8Array): void {
    const end = this.#length + chunk.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#bytes.length, 64 * 1024));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = end;
  }

  /** Forgets what was gathered. */
  clear(): void {
    this.#length = 0;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const whole = this.#length === this.#bytes.length;
    return whole ? this.#bytes : this.#bytes.slice(0, this.#length);
  }
}
