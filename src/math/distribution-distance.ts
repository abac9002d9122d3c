/** How far two distributions over the same things are apart. */

/**
 * Total variation distance: half the sum of the absolute differences, the most by which the two can
 * differ in the probability of anything.
 * @param p sums to 1
 * @param q sums to 1, as many
 * @returns 0 to 1
 * @throws RangeError if the lengths differ
 */
export function totalVariation(p: ArrayLike<number>, q: ArrayLike<number>): number {
  checkLengths(p, q);
  let sum = 0;
  for (let index = 0; index < p.length; index++) {
    sum += Math.abs((p[index] ?? 0) - (q[index] ?? 0));
  }
  return Math.min(1, sum / 2);
}

/**
 * Jensen–Shannon divergence in bits (Lin 1991, IEEE Trans. Inf. Theory 37): the mean Kullback–Leibler
 * divergence of the two from their mean, with logarithms to base 2. Symmetric, and finite where one
 * has zeros. Not its square root, which is a metric.
 * @param p sums to 1
 * @param q sums to 1, as many
 * @returns 0 for equal ones to 1 for two with nothing in common
 * @throws RangeError if the lengths differ
 */
export function jensenShannon(p: ArrayLike<number>, q: ArrayLike<number>): number {
  checkLengths(p, q);
  let sum = 0;
  for (let index = 0; index < p.length; index++) {
    const [one, other] = [p[index] ?? 0, q[index] ?? 0];
    const mean = (one + other) / 2;
    sum += (termOf(one, mean) + termOf(other, mean)) / 2;
  }
  // Rounding can leave it.
  return Math.min(1, Math.max(0, sum));
}

/** The limit of p · log p at 0 is 0. */
function termOf(probability: number, mean: number): number {
  return probability > 0 ? probability * Math.log2(probability / mean) : 0;
}

function checkLengths(p: ArrayLike<number>, q: ArrayLike<number>): void {
  if (p.length !== q.length) throw new RangeError(`${p.length} and ${q.length} probabilities.`);
}
