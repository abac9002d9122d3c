// What is told of many measurements.

/**
 * The value below which a share of the values lies (nearest rank).
 * @param {readonly number[]} values
 * @param {number} share 0 to 1
 */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** @param {readonly number[]} values */
export function summarise(values) {
  return {
    p50: percentile(values, 0.5),
    p95: percentile(values, 0.95),
    min: Math.min(...values),
    max: Math.max(...values),
    count: values.length,
  };
}

/** @param {readonly number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The exponent of the power law that fits best: the slope of a line through the logarithms, by least
 * squares.
 * @param {readonly number[]} sizes above 0, at least two different ones
 * @param {readonly number[]} values above 0, one a size
 */
export function fitExponent(sizes, values) {
  const [x, y] = [sizes.map((size) => Math.log(size)), values.map((value) => Math.log(value))];
  const [meanX, meanY] = [mean(x), mean(y)];
  const covariance = mean(x.map((value, index) => (value - meanX) * ((y[index] ?? NaN) - meanY)));
  return covariance / mean(x.map((value) => (value - meanX) ** 2));
}
