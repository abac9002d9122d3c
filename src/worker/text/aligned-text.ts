/** A text made from another one, and for each of its UTF-16 units where it came from. */
export interface AlignedText {
  readonly text: string;
  /** For each UTF-16 unit of `text`: where its origin starts in the first text, in UTF-16 units. */
  readonly starts: readonly number[];
  /** The same for the end, which is excluded. */
  readonly ends: readonly number[];
}

/** A text that came from itself, standing at `offset`. Both halves of a surrogate pair come from the pair. */
export function alignWithItself(text: string, offset = 0): AlignedText {
  const builder = new AlignedTextBuilder();
  let index = offset;
  for (const character of text) {
    builder.add(character, index, index + character.length);
    index += character.length;
  }
  return builder.finish();
}

/** Collects stretches of new text with the place that each came from. */
export class AlignedTextBuilder {
  readonly #parts: string[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Every unit of `text` comes from [start, end). */
  add(text: string, start: number, end: number): void {
    this.#parts.push(text);
    for (let unit = 0; unit < text.length; unit += 1) {
      this.#starts.push(start);
      this.#ends.push(end);
    }
  }

  /** Copies units [from, to) of another aligned text, with their origins. */
  copy(source: AlignedText, from: number, to: number): void {
    this.#parts.push(source.text.slice(from, to));
    for (let unit = from; unit < to; unit += 1) {
      this.#starts.push(source.starts[unit] ?? 0);
      this.#ends.push(source.ends[unit] ?? 0);
    }
  }

  /** `text` replaces units [from, to) of another aligned text, and comes from where they came from. */
  replace(source: AlignedText, from: number, to: number, text: string): void {
    const [start, end] = originOf(source, from, to);
    this.add(text, start, end);
  }

  finish(): AlignedText {
    return { text: this.#parts.join(''), starts: this.#starts, ends: this.#ends };
  }
}

/**
 * The stretch that units [from, to) came from, [start, end). An empty stretch comes from the empty
 * place where the next unit starts.
 */
export function originOf(aligned: AlignedText, from: number, to: number): [number, number] {
  const place = aligned.starts[from] ?? aligned.ends.at(-1) ?? 0;
  if (to <= from) return [place, place];
  let start = place;
  let end = aligned.ends[from] ?? place;
  for (let unit = from; unit < to; unit += 1) {
    start = Math.min(start, aligned.starts[unit] ?? start);
    end = Math.max(end, aligned.ends[unit] ?? end);
  }
  return [start, end];
}
