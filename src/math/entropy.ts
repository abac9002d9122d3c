/**
 * Mean Shannon entropy of a head's rows, in nats: 0 where every query attends to one key alone,
 * log(keys) where all attend to all alike.
 * @param probs [query, key]; rows sum to 1
 */
export function meanEntropy(probs: Float32Array, keyCount: number): number {
  let sum = 0;
  // By index: an iterator makes an object of every number.
  for (let index = 0; index < probs.length; index++) {
    const probability = probs[index] ?? 0;
    // The limit of p · log p at 0 is 0.
    if (probability > 0) sum -= probability * Math.log(probability);
  }
  return sum / (probs.length / keyCount);
}
