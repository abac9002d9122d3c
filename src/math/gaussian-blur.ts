/**
 * Gaussian blur of planes of pixels, one pass along rows and one along columns, cut off at three
 * standard deviations. At the edges the weights that fall inside are made to sum to 1, so that a
 * plane of one colour keeps it.
 * @param pixels [channel, y, x]
 * @param deviation in pixels, above 0
 * @returns [channel, y, x]
 */
export function gaussianBlur(
  pixels: Float32Array,
  width: number,
  height: number,
  deviation: number,
): Float32Array {
  const weights = gaussianWeights(deviation);
  const blurred = new Float32Array(pixels.length);
  const size = width * height;
  for (let start = 0; start < pixels.length; start += size) {
    const plane = pixels.subarray(start, start + size);
    const rows = new Float32Array(size);
    for (let y = 0; y < height; y++) blurLine(plane, rows, y * width, 1, width, weights);
    const result = blurred.subarray(start, start + size);
    for (let x = 0; x < width; x++) blurLine(rows, result, x, width, height, weights);
  }
  return blurred;
}

/** The weight at each distance, from 0. */
function gaussianWeights(deviation: number): number[] {
  return Array.from({ length: Math.ceil(3 * deviation) + 1 }, (_, distance) =>
    Math.exp(-(distance ** 2) / (2 * deviation ** 2)),
  );
}

function blurLine(
  from: Float32Array,
  to: Float32Array,
  start: number,
  stride: number,
  length: number,
  weights: readonly number[],
): void {
  const radius = weights.length - 1;
  for (let at = 0; at < length; at++) {
    let sum = 0;
    let total = 0;
    const end = Math.min(length - 1, at + radius);
    for (let other = Math.max(0, at - radius); other <= end; other++) {
      const weight = weights[Math.abs(other - at)] ?? 0;
      sum += weight * (from[start + other * stride] ?? 0);
      total += weight;
    }
    to[start + at * stride] = sum / total;
  }
}
