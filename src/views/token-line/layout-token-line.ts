import { isInvisible, visibleToken } from '../tokens/visible-text.ts';

/** A text in reading order: stretches that no token claims, and tokens. */
export type TokenLinePiece =
  | { readonly kind: 'between'; readonly text: string }
  | {
      readonly kind: 'token';
      readonly index: number;
      /** A stretch of the text as it is. */
      readonly text: string;
    }
  | {
      /** A token that has no text of its own: a special one, a byte of a shared character. */
      readonly kind: 'chip';
      readonly index: number;
      readonly text: string;
      readonly isSpecial: boolean;
    };

export interface TokenLineContent {
  readonly text: string;
  /** UTF-16 positions in the text, [start, end), one for each token. */
  readonly spans: readonly (readonly [number, number])[];
  readonly special: readonly boolean[];
  /** What each token is called where the text does not show it. */
  readonly tokens: readonly string[];
  readonly showSpecial: boolean;
}

/**
 * Cuts a text into its tokens. Every character of the text comes exactly once and in order: a token
 * takes what of its span no earlier token has, without cutting a surrogate pair; one that finds
 * nothing left becomes a chip. White space at a token's ends stays between the tokens.
 */
export function layoutTokenLine(content: TokenLineContent): TokenLinePiece[] {
  const { text, spans, special, tokens, showSpecial } = content;
  const pieces: TokenLinePiece[] = [];
  let taken = 0;
  const between = (end: number) => {
    if (end > taken) pieces.push({ kind: 'between', text: text.slice(taken, end) });
    taken = Math.max(taken, end);
  };
  for (const [index, span] of spans.entries()) {
    const isSpecial = special[index] ?? false;
    if (isSpecial && !showSpecial) continue;
    const [start, end] = wholeCharacters(text, span, taken);
    const own = text.slice(start, end);
    if (own === '') {
      between(start);
      const name = visibleToken(tokens[index] ?? '');
      pieces.push({ kind: 'chip', index, text: name, isSpecial });
      continue;
    }
    const before = isInvisible(own) ? 0 : own.length - own.trimStart().length;
    const after = isInvisible(own) ? 0 : own.length - own.trimEnd().length;
    between(start + before);
    pieces.push({ kind: 'token', index, text: text.slice(start + before, end - after) });
    taken = end - after;
  }
  between(text.length);
  return pieces;
}

/** The span from what is not taken yet, grown to whole characters and kept inside the text. */
function wholeCharacters(
  text: string,
  [start, end]: readonly [number, number],
  taken: number,
): readonly [number, number] {
  const inside = (position: number) => Math.max(taken, Math.min(text.length, position));
  const from = inside(isInsidePair(text, start) ? start - 1 : start);
  return [from, Math.max(from, inside(isInsidePair(text, end) ? end + 1 : end))];
}

/** Whether a position lies between the two halves of a surrogate pair. */
function isInsidePair(text: string, position: number): boolean {
  return (text.codePointAt(position - 1) ?? 0) > 0xffff;
}
