import { giveBack } from '../give-back.ts';

/** Gathers chunks into one array: in place where the length is known. */
export class ByteCollector {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  readonly #expected: number;

  constructor(expected: number | null) {
    this.#expected = expected ?? 0;
    // A hostile length must not take memory before its bytes arrive.
    this.#bytes = new Uint8Array(Math.min(this.#expected, 64 * 1024 * 1024));
  }

  get length(): number {
    return this.#length;
  }

  add(chunk: Uint8Array): void {
    const end = this.#length + chunk.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(chunk, this.#length);
    this.#length = end;
  }

  /** To twice as much, or to what is expected where that is less. */
  #grow(least: number): void {
    const doubled = Math.max(2 * this.#bytes.length, 64 * 1024);
    const wanted = this.#expected >= least ? Math.min(doubled, this.#expected) : doubled;
    const grown = new Uint8Array(Math.max(least, wanted));
    grown.set(this.#bytes.subarray(0, this.#length));
    giveBack(this.#bytes);
    this.#bytes = grown;
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
