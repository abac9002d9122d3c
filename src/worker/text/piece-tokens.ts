import type { Model } from '@huggingface/tokenizers';
import type { Piece } from './pieces.ts';

/** A token, and where it stands in the typed text: [start, end), UTF-16 units. */
export interface PlacedToken {
  readonly token: string;
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

const BYTE_TOKEN = /^<0x[0-9A-F]{2}>$/;

/**
 * Splits one piece into tokens and places each. Tokens are the letters of the piece in order,
 * except that an unknown token stands for letters that it does not spell, and that several byte
 * tokens may stand for one letter.
 * @param fallbackId for a token outside the vocabulary
 */
export function placeTokens(model: Model, piece: Piece, fallbackId: number): PlacedToken[] {
  const letters = Array.from(piece.text);
  const tokens = model([piece.text]);
  let next = 0;
  let pendingBytes = 0;
  return tokens.map((token, index) => {
    const id = model.tokens_to_ids.get(token) ?? fallbackId;
    const from = next;
    if (BYTE_TOKEN.test(token) && !matchesAt(letters, next, Array.from(token))) {
      if (pendingBytes === 0) pendingBytes = utf8Length(letters[next] ?? ' ');
      pendingBytes -= 1;
      if (pendingBytes === 0) next += 1;
      return { token, id, ...spanOf(piece, from, from + 1) };
    }
    next += letterCount(letters, next, token, tokens.slice(index + 1), model);
    return { token, id, ...spanOf(piece, from, next) };
  });
}

/** How many letters, from `next` on, the token stands for. */
function letterCount(
  letters: readonly string[],
  next: number,
  token: string,
  following: readonly string[],
  model: Model,
): number {
  const spelled = spelling(token, model);
  if (matchesAt(letters, next, spelled)) return spelled.length;
  // An unknown token: as many letters as there are before the next token that is spelled out.
  if (following.length === 0) return letters.length - next;
  if (!model.fuse_unk) return 1;
  const anchor = spelling(following[0] ?? '', model);
  let count = 1;
  while (next + count < letters.length && !matchesAt(letters, next + count, anchor)) count += 1;
  return count;
}

/** A token's letters, without what only marks its place in the word. */
function spelling(token: string, model: Model): string[] {
  const suffix = model.end_of_word_suffix;
  const bare = suffix && token.endsWith(suffix) ? token.slice(0, -suffix.length) : token;
  return Array.from(bare);
}

function matchesAt(letters: readonly string[], from: number, expected: readonly string[]): boolean {
  return expected.every((letter, index) => letters[from + index] === letter);
}

function spanOf(piece: Piece, from: number, to: number): { start: number; end: number } {
  const last = piece.origins.at(-1) ?? [0, 0];
  const [start, firstEnd] = piece.origins[from] ?? [last[1], last[1]];
  let end = Math.max(start, to > from ? firstEnd : start);
  for (let index = from; index < to; index += 1)
    end = Math.max(end, piece.origins[index]?.[1] ?? end);
  return { start, end };
}

function utf8Length(letter: string): number {
  return new TextEncoder().encode(letter).length;
}
