import type { PlacedToken } from './piece-tokens.ts';
import { groupWords, trimSpan, type Span } from './words.ts';

/** A text as tokens. All lists have one item a token. */
export interface TokenizedText {
  /** As typed, with lone surrogates made U+FFFD; as decoded, for a target. */
  readonly text: string;
  readonly ids: readonly number[];
  /** As the vocabulary spells them. */
  readonly tokens: readonly string[];
  /**
   * Where each token stands in `text`, UTF-16 units, without white space at its ends. Tokens that
   * share a character (its bytes) share its span. A special token has an empty span.
   */
  readonly spans: readonly Span[];
  /** Tokens that stand for no text: `</s>`. */
  readonly special: readonly boolean[];
  /** The word that each token belongs to, counted from 0. */
  readonly words: readonly number[];
}

/** Of a model: how many ids its two sides know. */
export interface VocabularySizes {
  readonly source: number;
  readonly target: number;
}

/** Splits text into the tokens of a model and joins them again, whatever files say how. */
export interface TextTokenizer {
  readonly largestId: number;
  /** Tokens of the vocabulary that say in front of a text what to translate it into: `>>fra<<`. */
  readonly languageCodes: readonly string[];
  /**
   * A text to be read by the model.
   * @param leading tokens to put in front, such as a target language's
   * @throws HeedFailure `bad-request` for a leading token outside the vocabulary
   */
  readonly encode: (typed: string, leading?: readonly string[]) => TokenizedText;
  /** A text as the model would write it. */
  readonly encodeTarget: (typed: string) => TokenizedText;
  /** The text that target tokens make, and each token's place in it. */
  readonly decode: (ids: readonly number[]) => TokenizedText;
  /** A token as the vocabulary spells it. */
  readonly spell: (id: number) => string;
  /** A token as it reads on its own: bytes that are no whole character read as U+FFFD. */
  readonly read: (id: number) => string;
}

/** A language's code as models of several target languages have it in front: `>>fra<<`. */
const languageCode = /^>>[\w-]+<</;

/** The codes among tokens, in their order. */
export function languageCodesOf(tokens: Iterable<string>): string[] {
  return [...tokens].filter((token) => languageCodeOf(token) === token);
}

/** The code that a text begins with, or null. */
export function languageCodeOf(text: string): string | null {
  return languageCode.exec(text)?.[0] ?? null;
}

/** @param special one for each token */
export function describeTokens(
  text: string,
  tokens: readonly PlacedToken[],
  special: readonly boolean[],
): TokenizedText {
  const spans = tokens.map(({ start, end }) => trimSpan(text, [start, end]));
  return {
    text,
    ids: tokens.map(({ id }) => id),
    tokens: tokens.map(({ token }) => token),
    spans,
    special,
    words: groupWords(text, spans, special),
  };
}
