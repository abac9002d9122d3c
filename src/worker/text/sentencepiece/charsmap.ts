import { fail } from '../../failure.ts';

export interface Replacement {
  /** Bytes of UTF-8 that are replaced. */
  readonly length: number;
  readonly text: string;
}

/**
 * The precompiled map of a SentencePiece normaliser: a double-array trie (Aoe 1989, in the layout
 * of darts-clone) from stretches of UTF-8 to places in a row of texts, each ended by a zero byte.
 */
export class Charsmap {
  readonly #units: Uint32Array;
  readonly #texts: Uint8Array;
  readonly #decoded = new Map<number, string>();

  private constructor(units: Uint32Array, texts: Uint8Array) {
    this.#units = units;
    this.#texts = texts;
  }

  /**
   * @param blob the trie's length in bytes, the trie, the texts
   * @throws HeedFailure `model-invalid` if the lengths do not fit
   */
  static parse(name: string, blob: Uint8Array): Charsmap {
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
    const trieBytes = blob.length < 4 ? Number.NaN : view.getUint32(0, true);
    if (!(trieBytes % 4 === 0 && trieBytes > 0 && 4 + trieBytes < blob.length)) {
      fail(
        'model-invalid',
        `The model’s ${name} cannot be used.`,
        `${name}: a map of ${blob.length} bytes with a trie of ${trieBytes}`,
      );
    }
    const units = new Uint32Array(blob.slice(4, 4 + trieBytes).buffer);
    return new Charsmap(units, blob.slice(4 + trieBytes));
  }

  /** The longest stretch that begins at a byte and has a replacement, or null. */
  longest(bytes: Uint8Array, at: number): Replacement | null {
    let found: { length: number; place: number } | null = null;
    let position = offsetOf(this.#units[0] ?? 0);
    for (let index = at; index < bytes.length; index += 1) {
      const byte = bytes[index] ?? 0;
      position ^= byte;
      const unit = this.#units[position];
      // The highest bit marks a value, which is no label.
      if (unit === undefined || (unit & 0x800000ff) !== byte) break;
      position ^= offsetOf(unit);
      const hasValue = (unit & 0x100) !== 0;
      const value = this.#units[position];
      if (hasValue && value !== undefined) {
        found = { length: index + 1 - at, place: value & 0x7fffffff };
      }
    }
    return found === null ? null : { length: found.length, text: this.#text(found.place) };
  }

  #text(place: number): string {
    const known = this.#decoded.get(place);
    if (known !== undefined) return known;
    const end = this.#texts.indexOf(0, place);
    const bytes = this.#texts.subarray(place, end < 0 ? this.#texts.length : end);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    this.#decoded.set(place, text);
    return text;
  }
}

/** How far a unit's children lie from it, by exclusive or. */
function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
