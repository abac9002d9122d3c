import type { PlacedToken } from './piece-tokens.ts';

export interface TextPart {
  readonly text: string;
  /** Where it stands in the whole, UTF-16 units. */
  readonly offset: number;
}

/** Finds tokens that are cut out of a text as typed, before anything else is done to it. */
export class AddedTokens {
  /** The longest first, as the reference matches them. */
  readonly #tokens: readonly { readonly id: number; readonly content: string }[];

  constructor(tokens: Iterable<{ readonly id: number; readonly content: string }>) {
    this.#tokens = [...tokens].toSorted((a, b) => b.content.length - a.content.length);
  }

  cut(text: string): (PlacedToken | TextPart)[] {
    const parts: (PlacedToken | TextPart)[] = [];
    let done = 0;
    for (let index = 0; index < text.length;) {
      const found = this.#tokens.find(({ content }) => text.startsWith(content, index));
      if (found === undefined) {
        index += 1;
        continue;
      }
      if (index > done) parts.push({ text: text.slice(done, index), offset: done });
      const end = index + found.content.length;
      parts.push({ token: found.content, id: found.id, start: index, end });
      index = end;
      done = end;
    }
    if (done < text.length) parts.push({ text: text.slice(done), offset: done });
    return parts;
  }
}
