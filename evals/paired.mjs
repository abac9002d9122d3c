// Means over pictures, their errors, and how far two things differ on the same pictures.

/**
 * @typedef {object} Mean
 * @property {number | null} mean null for no values
 * @property {number | null} error standard error of the mean; null for fewer than two values
 */

/**
 * @typedef {object} Difference
 * @property {number | null} difference mean of the differences
 * @property {number | null} low of the 95 % interval; null for fewer than four pictures
 * @property {number | null} high
 */

/**
 * @param {readonly number[]} values
 * @returns {Mean}
 */
export function meanOf(values) {
  const count = values.length;
  if (count === 0) return { mean: null, error: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, error: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (count - 1) / count) };
}

/**
 * The mean difference of pairs, with the 95 % interval of Student's t.
 * @param {readonly number[]} values
 * @param {readonly number[]} others of the same pictures in the same order
 * @returns {Difference}
 */
export function pairedDifference(values, others) {
  if (values.length !== others.length) throw new RangeError('Values without a partner.');
  const { mean, error } = meanOf(values.map((value, index) => value - (others[index] ?? NaN)));
  if (mean === null || error === null || values.length < 4)
    return { difference: mean, low: null, high: null };
  const reach = error * studentQuantile(values.length - 1);
  return { difference: mean, low: mean - reach, high: mean + reach };
}

/**
 * The 97.5 % quantile of Student's t, by its expansion around the normal one (Abramowitz and Stegun
 * 1964, 26.7.5): right to 1 % from three degrees of freedom on.
 * @param {number} freedom
 */
export function studentQuantile(freedom) {
  const x = 1.959963984540054;
  const terms = [
    x,
    (x ** 3 + x) / 4,
    (5 * x ** 5 + 16 * x ** 3 + 3 * x) / 96,
    (3 * x ** 7 + 19 * x ** 5 + 17 * x ** 3 - 15 * x) / 384,
    (79 * x ** 9 + 776 * x ** 7 + 1482 * x ** 5 - 1920 * x ** 3 - 945 * x) / 92160,
  ];
  return terms.reduce((sum, term, power) => sum + term / freedom ** power, 0);
}
