import { describe, expect, it } from 'vitest';
import { mergeSubwords, mergeSubwordsOfHeads } from './merge-subwords.ts';

/** Rows that sum to 1, from a small generator. */
function randomRows(queryCount: number, keyCount: number, seed: number): Float32Array {
  let state = seed;
  const values = Float32Array.from({ length: queryCount * keyCount }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  });
  for (let query = 0; query < queryCount; query += 1) {
    const row = values.subarray(query * keyCount, (query + 1) * keyCount);
    const sum = row.reduce((total, value) => total + value, 0);
    for (const [key, value] of row.entries()) row[key] = value / sum;
  }
  return values;
}

describe('mergeSubwords', () => {
  it('sums over the pieces of a key and averages over those of a query', () => {
    const probs = Float32Array.of(0.1, 0.2, 0.7, 0.3, 0.3, 0.4);
    const merged = mergeSubwords(probs, [0, 0], [0, 1, 1]);
    expect(merged[0]).toBeCloseTo(0.2, 6);
    expect(merged[1]).toBeCloseTo(0.8, 6);
  });

  it('leaves words of one piece as they are', () => {
    const probs = randomRows(3, 4, 5);
    expect(mergeSubwords(probs, [0, 1, 2], [0, 1, 2, 3])).toEqual(probs);
  });

  it.each([1, 2, 3, 4])('rows still sum to 1 (%i)', (seed) => {
    const queryWords = [0, 0, 0, 1, 2, 2, 3];
    const keyWords = [0, 1, 1, 1, 1, 2];
    const merged = mergeSubwords(randomRows(7, 6, seed), queryWords, keyWords);
    for (let word = 0; word < 4; word += 1) {
      const row = merged.subarray(word * 3, (word + 1) * 3);
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    }
  });

  it('takes every head of a layer', () => {
    const first = randomRows(2, 3, 1);
    const second = randomRows(2, 3, 2);
    const merged = mergeSubwordsOfHeads(Float32Array.of(...first, ...second), 2, [0, 0], [0, 0, 1]);
    expect([...merged]).toEqual([
      ...mergeSubwords(first, [0, 0], [0, 0, 1]),
      ...mergeSubwords(second, [0, 0], [0, 0, 1]),
    ]);
  });

  it('refuses sizes that do not fit and words without a piece', () => {
    expect(() => mergeSubwords(new Float32Array(5), [0, 1], [0, 1])).toThrow(RangeError);
    expect(() => mergeSubwords(new Float32Array(4), [0, 2], [0, 1])).toThrow(/word 1/);
    expect(() => mergeSubwordsOfHeads(new Float32Array(4), 2, [0, 1], [0, 1])).toThrow(RangeError);
  });
});
