import type { Span } from './words.ts';

/**
 * Places tokens in the text that they decode to. A token's place is what its coming changed: from
 * the end of what the tokens before it had settled, to the end of what it settled. A character of
 * several tokens is settled by the last of them, and belongs to all.
 *
 * While a translation grows, each call shares its beginning with the call before, and only the new
 * prefixes are decoded.
 */
export class DecodedPrefixes {
  readonly #decode: (ids: readonly number[]) => string;
  #ids: readonly number[] = [];
  /** `#texts[n]` is the text of the first n tokens. */
  #texts: string[] = [''];

  constructor(decode: (ids: readonly number[]) => string) {
    this.#decode = decode;
  }

  place(ids: readonly number[], special: readonly boolean[]): { text: string; spans: Span[] } {
    let shared = 0;
    while (shared < ids.length && shared < this.#ids.length && ids[shared] === this.#ids[shared]) {
      shared += 1;
    }
    const texts = this.#texts.slice(0, shared + 1);
    for (let count = shared + 1; count <= ids.length; count += 1) {
      texts.push(this.#decode(ids.slice(0, count)));
    }
    this.#ids = [...ids];
    this.#texts = texts;
    const text = texts.at(-1) ?? '';
    return { text, spans: toSpans(texts, text, special) };
  }
}

function toSpans(texts: readonly string[], text: string, special: readonly boolean[]): Span[] {
  const settled = texts.map((prefix) => sharedLength(prefix, text));
  // A prefix may settle less than a shorter one did, when a decoder strips its end.
  for (let count = 1; count < settled.length; count += 1) {
    settled[count] = Math.max(settled[count] ?? 0, settled[count - 1] ?? 0);
  }
  return special.map((isSpecial, index) => {
    const start = settled[index] ?? 0;
    const isWhole = text.startsWith(texts[index + 1] ?? '');
    const end = isWhole ? settled[index + 1] : settled.slice(index + 1).find((end) => end > start);
    return [start, isSpecial ? start : (end ?? start)];
  });
}

function sharedLength(prefix: string, text: string): number {
  if (text.startsWith(prefix)) return prefix.length;
  let length = 0;
  while (length < prefix.length && prefix[length] === text[length]) length += 1;
  return length;
}
