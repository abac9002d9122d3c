import { fail } from '../failure.ts';
import { splitSentences, splitToFit } from './sentences.ts';
import { languageCodeOf, type TextTokenizer, type TokenizedText } from './tokenized-text.ts';
import { checkTypedText } from './typed-text.ts';
import { trimSpan, type Span } from './words.ts';

/** Makes of a typed text what a model can read: sentences as tokens, none too long for it. */
export class SourceReader {
  readonly #tokenizer: TextTokenizer;
  readonly #longestSource: number;

  /** @param longestSource the most tokens that the model reads at once */
  constructor(tokenizer: TextTokenizer, longestSource: number) {
    this.#tokenizer = tokenizer;
    this.#longestSource = longestSource;
  }

  /**
   * Splits a typed text into sentences that the model can read, each as tokens. Spans are positions
   * in the whole text.
   * @param isOneSentence splits only what is too long for the model
   * @throws HeedFailure `text-invalid` for a text that is blank, too long, or holds a word that is
   *   too long for the model
   */
  readText(typed: string, isOneSentence = false): TokenizedText[] {
    const text = checkTypedText(typed);
    const code = this.#codeOf(text);
    const encode = ([start, end]: Span): TokenizedText => {
      const part = text.slice(start, end);
      // What the first sentence is to become, the others are, too.
      const isCoded = code === null || languageCodeOf(part) !== null;
      return this.#tokenizer.encode(part, isCoded ? [] : [code]);
    };
    const fits = (span: Span): boolean => encode(span).ids.length <= this.#longestSource;
    const sentences = isOneSentence
      ? [trimSpan(text, [0, text.length])]
      : splitSentences(text, 'en');
    return sentences.flatMap((sentence) => {
      const parts = splitToFit(text, sentence, fits);
      if (parts === null) {
        return fail(
          'text-invalid',
          `A word is too long: the model reads ${this.#longestSource} pieces at once, and it becomes more.`,
          text.slice(...sentence),
        );
      }
      return parts.map((part) => shift(encode(part), text, part[0]));
    });
  }

  /**
   * A typed text as one sentence.
   * @throws HeedFailure `text-invalid` as `readText`, or if the model cannot read it at once
   */
  readSentence(typed: string): TokenizedText {
    const [sentence, ...others] = this.readText(typed, true);
    if (sentence !== undefined && others.length === 0) return sentence;
    return fail(
      'text-invalid',
      `The sentence is too long: the model reads ${this.#longestSource} pieces at once, and it becomes more.`,
    );
  }

  /** The language code that a text begins with, if the vocabulary has it. */
  #codeOf(text: string): string | null {
    const code = languageCodeOf(text.trimStart());
    return code !== null && this.#tokenizer.languageCodes.includes(code) ? code : null;
  }
}

/** A part's tokens, with their places in the whole text. */
function shift(part: TokenizedText, text: string, offset: number): TokenizedText {
  const spans = part.spans.map(([start, end]): Span => [start + offset, end + offset]);
  return { ...part, text, spans };
}
