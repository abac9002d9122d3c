/**
 * Interpolates a grid of values between the centres of its cells; beyond the outermost centres the
 * nearest one counts. Values are interpolated, not colours: half-way between two values lies their
 * mean, which half-way between their colours would not show.
 * @param values row-major [rows, columns]
 * @returns row-major [height, width]
 */
export function upsampleBilinear(
  values: ArrayLike<number>,
  columns: number,
  rows: number,
  width: number,
  height: number,
): Float32Array {
  const across = samplePositions(columns, width);
  const down = samplePositions(rows, height);
  const result = new Float32Array(width * height);
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    const above = (down.low[y] ?? 0) * columns;
    const below = (down.high[y] ?? 0) * columns;
    const downWeight = down.weight[y] ?? 0;
    for (let x = 0; x < width; x += 1) {
      const left = across.low[x] ?? 0;
      const right = across.high[x] ?? 0;
      const weight = across.weight[x] ?? 0;
      const top = mix(values[above + left] ?? 0, values[above + right] ?? 0, weight);
      const bottom = mix(values[below + left] ?? 0, values[below + right] ?? 0, weight);
      result[at++] = mix(top, bottom, downWeight);
    }
  }
  return result;
}

function mix(from: number, to: number, weight: number): number {
  return from + weight * (to - from);
}

interface SamplePositions {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly weight: Float32Array;
}

function samplePositions(cells: number, samples: number): SamplePositions {
  const low = new Int32Array(samples);
  const high = new Int32Array(samples);
  const weight = new Float32Array(samples);
  for (let i = 0; i < samples; i += 1) {
    const centre = ((i + 0.5) * cells) / samples - 0.5;
    const position = Math.min(cells - 1, Math.max(0, centre));
    low[i] = Math.floor(position);
    high[i] = Math.min(cells - 1, Math.floor(position) + 1);
    weight[i] = position - Math.floor(position);
  }
  return { low, high, weight };
}
