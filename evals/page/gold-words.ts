/** From attention over subwords to weights between the words of a gold alignment. */
import type { TextSpan } from '../../src/engine/translation-protocol.ts';

/**
 * The pieces that share a character with each word. A piece may be part of two words, and a word
 * may have none.
 */
export function findPieces(words: readonly TextSpan[], pieces: readonly TextSpan[]): number[][] {
  return words.map(([first, last]) =>
    pieces.flatMap(([start, end], piece) =>
      Math.max(start, first) < Math.min(end, last) ? [piece] : [],
    ),
  );
}

/**
 * Sums weights over the pieces of a source word and averages them over those of a target word.
 * @param weights [target piece, source piece], row-major
 * @returns [target word, source word]; 0 for a word without pieces
 */
export function mergeIntoWords(
  weights: Float32Array,
  sourcePieceCount: number,
  targetWords: readonly (readonly number[])[],
  sourceWords: readonly (readonly number[])[],
): Float32Array {
  const merged = new Float32Array(targetWords.length * sourceWords.length);
  for (const [target, rows] of targetWords.entries()) {
    for (const [source, columns] of sourceWords.entries()) {
      let sum = 0;
      for (const row of rows) {
        for (const column of columns) sum += weights[row * sourcePieceCount + column] ?? 0;
      }
      merged[target * sourceWords.length + source] = rows.length === 0 ? 0 : sum / rows.length;
    }
  }
  return merged;
}

/**
 * Largest where a word stands as far into its sentence as the other; whole numbers, so that what is
 * as far is equal. [target word, source word]
 */
export function diagonalWeights(targetCount: number, sourceCount: number): Float32Array {
  return Float32Array.from({ length: targetCount * sourceCount }, (_, index) => {
    const target = 2 * Math.floor(index / sourceCount) + 1;
    const source = 2 * (index % sourceCount) + 1;
    return -Math.abs(target * sourceCount - source * targetCount);
  });
}
