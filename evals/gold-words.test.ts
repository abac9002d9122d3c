import { describe, expect, it } from 'vitest';
import { alignByArgmax } from '../src/math/alignment.ts';
import { diagonalWeights, findPieces, mergeIntoWords } from './page/gold-words.ts';

describe('findPieces', () => {
  it('gives a piece to every word that it shares a character with', () => {
    // "du chat" as the words d, u and chat; pieces "du", " ch" and "at", and the end.
    const words = [
      [0, 1],
      [1, 2],
      [3, 7],
    ] as const;
    const pieces = [
      [0, 2],
      [2, 5],
      [5, 7],
      [7, 7],
    ] as const;
    expect(findPieces(words, pieces)).toEqual([[0], [0], [1, 2]]);
  });

  it('finds none for a word that no piece stands for', () => {
    expect(findPieces([[0, 3]], [[4, 6]])).toEqual([[]]);
  });
});

describe('mergeIntoWords', () => {
  it('sums over source pieces and averages over target pieces', () => {
    // Target pieces a1, a2, b and the end; source pieces x, y1, y2 and the end.
    const rows = [
      [0.5, 0.25, 0.125, 0.125],
      [0, 0.5, 0.25, 0.25],
      [1, 0, 0, 0],
      [0, 0, 0, 1],
    ];
    const weights = Float32Array.from(rows.flat());
    const merged = mergeIntoWords(weights, 4, [[0, 1], [2], []], [[0], [1, 2]]);
    expect([...merged]).toEqual([0.25, 0.5625, 1, 0, 0, 0]);
  });
});

/** The source word of each target word. */
function link(targetCount: number, sourceCount: number): number[] {
  const weights = diagonalWeights(targetCount, sourceCount);
  return alignByArgmax({ weights, targetCount, sourceCount }).map(({ source }) => source);
}

describe('diagonalWeights', () => {
  it('links words that stand as far into their sentences, and of two as far the first', () => {
    expect(link(3, 3)).toEqual([0, 1, 2]);
    expect(link(6, 3)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(link(2, 6)).toEqual([1, 4]);
    // 0.5 lies between the two.
    expect(link(1, 2)).toEqual([0]);
    expect(link(3, 2)).toEqual([0, 0, 1]);
  });
});
