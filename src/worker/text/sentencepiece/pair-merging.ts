import type { VocabularyPiece } from './model-file.ts';
import type { PrefixIndex } from './prefix-index.ts';
import type { Segment } from './unigram.ts';

interface Symbol {
  start: number;
  end: number;
  /** A symbol that a person defined, which is never merged. */
  readonly isFixed: boolean;
}

/**
 * Byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909) as SentencePiece has it: of all
 * neighbours that form a piece, the pair of the best score is merged, the leftmost of equals.
 */
export class PairMergingModel {
  readonly #pieces: readonly VocabularyPiece[];
  readonly #ids: ReadonlyMap<string, number>;
  readonly #fixed: PrefixIndex;
  readonly #unknownId: number;

  /**
   * @param ids of the pieces that may come of merging
   * @param fixed symbols that a person defined
   */
  constructor(
    pieces: readonly VocabularyPiece[],
    ids: ReadonlyMap<string, number>,
    fixed: PrefixIndex,
    unknownId: number,
  ) {
    this.#pieces = pieces;
    this.#ids = ids;
    this.#fixed = fixed;
    this.#unknownId = unknownId;
  }

  segment(text: string): Segment[] {
    const symbols = this.#split(text);
    /** For a piece out of use: where its two parts meet. */
    const joints = new Map<string, number>();
    const scoreOf = (left: number): number => this.#scorePair(text, symbols, left, joints);
    const scores = symbols.map((_, left) => scoreOf(left));
    for (;;) {
      let best = -1;
      for (const [left, score] of scores.entries()) {
        if (score > (scores[best] ?? -Infinity)) best = left;
      }
      const [left, right] = [symbols[best], symbols[best + 1]];
      if (left === undefined || right === undefined) break;
      left.end = right.end;
      symbols.splice(best + 1, 1);
      scores.splice(best + 1, 1);
      scores[best] = scoreOf(best);
      if (best > 0) scores[best - 1] = scoreOf(best - 1);
    }
    return symbols.flatMap(({ start, end }) => this.#resolve(text, start, end, joints));
  }

  #split(text: string): Symbol[] {
    const symbols: Symbol[] = [];
    for (let start = 0; start < text.length;) {
      const length = this.#fixed.longest(text, start);
      const isFixed = length > 0;
      const character = (text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
      const end = start + (isFixed ? length : character);
      symbols.push({ start, end, isFixed });
      start = end;
    }
    return symbols;
  }

  /** The score of merging a symbol with the next one, or −∞ where they form no piece. */
  #scorePair(
    text: string,
    symbols: readonly Symbol[],
    leftIndex: number,
    joints: Map<string, number>,
  ): number {
    const [left, right] = [symbols[leftIndex], symbols[leftIndex + 1]];
    if (left === undefined || right === undefined || left.isFixed || right.isFixed) {
      return -Infinity;
    }
    const merged = text.slice(left.start, right.end);
    const piece = this.#pieces[this.#ids.get(merged) ?? -1];
    if (piece?.type === 'unused') joints.set(merged, left.end - left.start);
    return piece?.score ?? -Infinity;
  }

  /** A piece out of use is taken apart again, as it was put together. */
  #resolve(
    text: string,
    start: number,
    end: number,
    joints: ReadonlyMap<string, number>,
  ): Segment[] {
    const id = this.#ids.get(text.slice(start, end)) ?? this.#unknownId;
    const joint = joints.get(text.slice(start, end));
    if (this.#pieces[id]?.type !== 'unused' || joint === undefined) return [{ start, end, id }];
    return [
      ...this.#resolve(text, start, start + joint, joints),
      ...this.#resolve(text, start + joint, end, joints),
    ];
  }
}
