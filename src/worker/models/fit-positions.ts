/** Fits learnt positions to another grid of patches, as the reference does. */
import { fail } from '../failure.ts';

export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** What one output takes from the inputs: weights for `start` and those after it. */
interface Contribution {
  readonly start: number;
  readonly weights: readonly number[];
}

/**
 * Bicubic interpolation of `torch.nn.functional.interpolate` with `align_corners=False`.
 * @param positions [row, column, width] of the grid that was learnt
 * @param isAntialiased as DINOv2 with registers has it, and DINOv2 has not
 * @returns [row, column, width] of the other grid; the same array where nothing is to be done
 * @throws HeedFailure `model-unsupported` for a grid that is not square, which the reference cannot
 *   fit
 */
export function fitPositions(
  positions: Float32Array,
  from: Grid,
  to: Grid,
  width: number,
  isAntialiased: boolean,
): Float32Array {
  if (from.columns === to.columns && from.rows === to.rows) return positions;
  if (from.columns !== from.rows) {
    fail(
      'model-unsupported',
      'Positions of a grid that is not square cannot be fitted to another.',
    );
  }
  const contributions = isAntialiased ? antialiased : plain;
  const across = contributions(from.columns, to.columns);
  const down = contributions(from.rows, to.rows);
  const narrow = alongAxis(positions, across, from.rows, from.columns, width);
  return alongAxis(narrow, down, 1, from.rows, to.columns * width);
}

/** Mixes along the middle axis of [outer, axis, inner]. */
function alongAxis(
  values: Float32Array,
  contributions: readonly Contribution[],
  outerCount: number,
  axisCount: number,
  innerCount: number,
): Float32Array {
  const mixed = new Float32Array(outerCount * contributions.length * innerCount);
  for (let outer = 0; outer < outerCount; outer += 1) {
    for (const [index, { start, weights }] of contributions.entries()) {
      const target = (outer * contributions.length + index) * innerCount;
      for (let inner = 0; inner < innerCount; inner += 1) {
        let sum = 0;
        for (const [tap, weight] of weights.entries()) {
          const source = Math.min(Math.max(start + tap, 0), axisCount - 1);
          sum += weight * (values[(outer * axisCount + source) * innerCount + inner] ?? 0);
        }
        mixed[target + inner] = sum;
      }
    }
  }
  return mixed;
}

/** Four taps around each place, with a = −0.75; the border is repeated. */
function plain(inCount: number, outCount: number): Contribution[] {
  const scale = inCount / outCount;
  return Array.from({ length: outCount }, (_, index) => {
    const place = (index + 0.5) * scale - 0.5;
    const start = Math.floor(place) - 1;
    const weights = [0, 1, 2, 3].map((tap) => cubic(place - start - tap, -0.75));
    return { start, weights };
  });
}

/** The filter widened by the scale where the grid shrinks, with a = −0.5; weights sum to 1. */
function antialiased(inCount: number, outCount: number): Contribution[] {
  const scale = inCount / outCount;
  const stretch = Math.max(scale, 1);
  const support = 2 * stretch;
  return Array.from({ length: outCount }, (_, index) => {
    const centre = scale * (index + 0.5);
    const start = Math.max(Math.trunc(centre - support + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support + 0.5), inCount);
    const raw = Array.from({ length: end - start }, (_, tap) =>
      cubic((start + tap + 0.5 - centre) / stretch, -0.5),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { start, weights: raw.map((weight) => weight / sum) };
  });
}

/** The cubic convolution kernel (Keys 1981) at a distance. */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}
