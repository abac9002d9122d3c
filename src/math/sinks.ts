/**
 * The share of a matrix's weight that lies on some keys: on `</s>`, on punctuation. End and
 * separator tokens swallow weight that means nothing else (Clark et al. 2019, arXiv:1906.04341,
 * section 3.2).
 * @param probs [query, key], row-major, rows summing to 1
 * @param isSink for each key
 * @returns the mean over queries, 0 to 1; NaN without queries
 */
export function sinkShare(probs: Float32Array, isSink: readonly boolean[]): number {
  const keyCount = isSink.length;
  let sum = 0;
  for (let index = 0; index < probs.length; index += 1) {
    if (isSink[index % keyCount]) sum += probs[index] ?? 0;
  }
  return sum / (probs.length / keyCount);
}

/** Whether a token is punctuation and nothing else, white space aside. */
export function isPunctuation(text: string): boolean {
  return /^[\p{P}\p{S}]+$/u.test(text.trim());
}
