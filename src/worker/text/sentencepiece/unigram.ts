import type { VocabularyPiece } from './model-file.ts';
import { utf8Length } from './normalise-text.ts';
import type { PrefixIndex } from './prefix-index.ts';

/** A stretch of the normalised text, [start, end) in UTF-16 units. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly id: number;
}

/** How much worse an unknown character is than the worst piece: a constant of the reference. */
const UNKNOWN_PENALTY = 10;
const SMALLEST_SINGLE = 2 ** -126;

/** A segmentation of the text up to some place: its score, and its last piece. */
interface BestPath {
  readonly score: number;
  readonly start: number;
  readonly id: number;
}

/**
 * The likeliest segmentation under a unigram language model (Kudo 2018, arXiv:1804.10959), by the
 * Viterbi algorithm. Scores are single precision, as the reference keeps them: ties decide.
 */
export class UnigramModel {
  readonly #pieces: readonly VocabularyPiece[];
  readonly #index: PrefixIndex;
  readonly #unknownId: number;
  readonly #unknownScore: number;
  readonly #largestScore: number;

  constructor(pieces: readonly VocabularyPiece[], index: PrefixIndex, unknownId: number) {
    this.#pieces = pieces;
    this.#index = index;
    this.#unknownId = unknownId;
    const scores = pieces.filter(({ type }) => type === 'normal').map(({ score }) => score);
    const smallest = scores.reduce((least, score) => Math.min(least, score), Infinity);
    this.#unknownScore = Math.fround(smallest - UNKNOWN_PENALTY);
    this.#largestScore = scores.reduce((most, score) => Math.max(most, score), SMALLEST_SINGLE);
  }

  segment(text: string): Segment[] {
    const best: (BestPath | undefined)[] = Array.from({ length: text.length + 1 });
    const offer = (end: number, start: number, id: number, score: number): void => {
      const known = best[end];
      const total = Math.fround((best[start]?.score ?? 0) + score);
      if (known === undefined || total > known.score) {
        best[end] = { score: total, start, id };
      }
    };
    let start = 0;
    for (const character of text) {
      let isKnown = false;
      for (const { id, length } of this.#index.matches(text, start)) {
        const piece = this.#pieces[id];
        if (piece === undefined || piece.type === 'unused') continue;
        offer(start + length, start, id, this.#score(piece));
        isKnown ||= length === character.length;
      }
      if (!isKnown) offer(start + character.length, start, this.#unknownId, this.#unknownScore);
      start += character.length;
    }
    return backtrack(best);
  }

  /** Symbols that a person defined get a score that wins. */
  #score({ type, text, score }: VocabularyPiece): number {
    if (type !== 'user-defined') return score;
    const bytes = Array.from(text).reduce((sum, character) => sum + utf8Length(character), 0);
    return Math.fround(bytes * this.#largestScore - 0.1);
  }
}

function backtrack(best: readonly (BestPath | undefined)[]): Segment[] {
  const segments: Segment[] = [];
  let end = best.length - 1;
  while (end > 0) {
    const path = best[end];
    if (path === undefined) throw new RangeError(`no segmentation ends at ${end}`);
    segments.push({ start: path.start, end, id: path.id });
    end = path.start;
  }
  return segments.toReversed();
}
