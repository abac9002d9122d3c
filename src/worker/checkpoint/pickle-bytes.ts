import { fail } from '../failure.ts';

/** No name of a module or a function is longer. */
const LONGEST_LINE = 512;

/** Reads a pickle byte by byte; every read is checked against its end. */
export class PickleBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
  }

  /** Where the next byte stands. */
  get position(): number {
    return this.#at;
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Exact up to 2^53; what is larger is longer than any file. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** Big-endian, as pickles have it. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  /** A whole number of so many bytes, two's complement. */
  integer(length: number): number | bigint {
    const start = this.#take(length);
    let value = 0n;
    for (let index = length - 1; index >= 0; index -= 1) {
      value = (value << 8n) | BigInt(this.#view.getUint8(start + index));
    }
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  text(length: number): string {
    const start = this.#take(length);
    return new TextDecoder().decode(this.#bytes.subarray(start, start + length));
  }

  skip(length: number): void {
    this.#take(length);
  }

  /** A text that a line feed ends. */
  line(): string {
    const start = this.#at;
    const end = this.#bytes.indexOf(10, start);
    if (end < 0 || end - start > LONGEST_LINE) return damaged(`no end of line after ${start}`);
    this.#at = end + 1;
    return new TextDecoder().decode(this.#bytes.subarray(start, end));
  }

  #take(length: number): number {
    const start = this.#at;
    if (!(length <= this.#bytes.length - start)) {
      return damaged(`${length} bytes wanted at ${start} of ${this.#bytes.length}`);
    }
    this.#at = start + length;
    return start;
  }
}

/** @throws HeedFailure `weights-invalid` */
export function damaged(detail: string): never {
  fail('weights-invalid', 'The weights file is damaged or cut short.', `pickle: ${detail}`);
}
