/** Reads protocol buffer messages (protobuf.dev/programming-guides/encoding), field by field. */
import { fail } from '../../failure.ts';

export type ProtobufField =
  | { readonly number: number; readonly kind: 'integer'; readonly value: number }
  /** Four bytes: a float, or a fixed whole number. */
  | { readonly number: number; readonly kind: 'fixed32'; readonly bytes: Uint8Array }
  /** A text, a message, or bytes: a view, not a copy. */
  | { readonly number: number; readonly kind: 'bytes'; readonly bytes: Uint8Array };

/**
 * The fields of one message in their order; nested messages are left as bytes. Fields of eight
 * bytes are passed over.
 * @throws HeedFailure `model-invalid` if the message is damaged
 */
export function* readFields(message: Uint8Array): Generator<ProtobufField> {
  const reader = new MessageReader(message);
  while (!reader.isAtEnd) {
    const key = reader.varint();
    const number = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        yield { number, kind: 'integer', value: reader.varint() };
        break;
      case 1:
        reader.take(8);
        break;
      case 2:
        yield { number, kind: 'bytes', bytes: reader.take(reader.varint()) };
        break;
      case 5:
        yield { number, kind: 'fixed32', bytes: reader.take(4) };
        break;
      default:
        damaged(`field ${number} of wire type ${key % 8}`);
    }
  }
}

class MessageReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Up to ten bytes of seven bits each, the lowest first. Exact up to 2^53. */
  varint(): number {
    let value = 0;
    for (let index = 0; index < 10; index += 1) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) return damaged('a number is cut short');
      this.#at += 1;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    return damaged('a number of more than ten bytes');
  }

  take(length: number): Uint8Array {
    const start = this.#at;
    if (!(length <= this.#bytes.length - start)) {
      return damaged(`${length} bytes wanted at ${start} of ${this.#bytes.length}`);
    }
    this.#at = start + length;
    return this.#bytes.subarray(start, this.#at);
  }
}

function damaged(detail: string): never {
  fail('model-invalid', 'The model’s SentencePiece file is damaged or cut short.', detail);
}
