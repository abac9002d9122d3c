/**
 * From pieces of words to words. A word's column is the sum over its pieces as keys, and its row the
 * average over its pieces as queries (Clark et al. 2019, arXiv:1906.04341, section 4.1), so that rows
 * that sum to 1 still do.
 */

/**
 * @param probs [query, key], row-major
 * @param queryWords the word of each query, counted from 0 without gaps, in any order
 * @param keyWords the same for keys
 * @returns [query word, key word]
 * @throws RangeError if the sizes do not fit
 */
export function mergeSubwords(
  probs: Float32Array,
  queryWords: readonly number[],
  keyWords: readonly number[],
): Float32Array {
  const keyCount = keyWords.length;
  if (probs.length !== queryWords.length * keyCount) {
    throw new RangeError(
      `expected ${queryWords.length} × ${keyCount} weights, got ${probs.length}`,
    );
  }
  const pieceCounts = countPieces(queryWords);
  const wordCount = countPieces(keyWords).length;
  const merged = new Float64Array(pieceCounts.length * wordCount);
  for (const [query, queryWord] of queryWords.entries()) {
    const share = 1 / (pieceCounts[queryWord] ?? 1);
    for (const [key, keyWord] of keyWords.entries()) {
      const place = queryWord * wordCount + keyWord;
      merged[place] = (merged[place] ?? 0) + share * (probs[query * keyCount + key] ?? 0);
    }
  }
  return Float32Array.from(merged);
}

/** How many pieces each word has. */
function countPieces(words: readonly number[]): number[] {
  const counts: number[] = [];
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  for (let word = 0; word < counts.length; word += 1) {
    if (counts[word] === undefined) throw new RangeError(`word ${word} has no piece`);
  }
  return counts;
}

/** Every head's matrix of a layer: [head, query, key] to [head, query word, key word]. */
export function mergeSubwordsOfHeads(
  probs: Float32Array,
  headCount: number,
  queryWords: readonly number[],
  keyWords: readonly number[],
): Float32Array {
  const size = queryWords.length * keyWords.length;
  if (probs.length !== headCount * size) {
    throw new RangeError(`expected ${headCount} × ${size} weights, got ${probs.length}`);
  }
  const heads = Array.from({ length: headCount }, (_, head) =>
    mergeSubwords(probs.subarray(head * size, (head + 1) * size), queryWords, keyWords),
  );
  const merged = new Float32Array(heads.reduce((sum, head) => sum + head.length, 0));
  let offset = 0;
  for (const head of heads) {
    merged.set(head, offset);
    offset += head.length;
  }
  return merged;
}
