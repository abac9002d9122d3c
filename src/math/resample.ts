/**
 * Resizing of 8-bit pictures, bit for bit as Pillow's `Image.resize` does it (libImaging/Resample.c):
 * separable, antialiased, two passes in fixed point, each rounded to 8 bits.
 * Compared with Pillow 13.
 */
import type { Rectangle } from './geometry.ts';

export type Filter = 'nearest' | 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';

/**
 * Bytes row by row. One channel, or four: red, green, blue, and a fourth that is carried along in
 * memory and never read; what is written there is 255.
 */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channelCount: 1 | 4;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** 8 bits are the result's, and 2 are kept for the overshoot of filters with negative lobes. */
const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);

/** The weights of the source pixels for each target pixel along one axis. */
interface Taps {
  /** Index of the first source pixel, for each target pixel. */
  readonly first: Int32Array;
  /** How many source pixels, for each target pixel. */
  readonly count: Int32Array;
  /** [target pixel, tap], fixed point with PRECISION_BITS. */
  readonly weights: Int32Array;
  readonly stride: number;
}

interface Kernel {
  /** Half the width, in target pixels, outside of which the kernel is zero. */
  readonly support: number;
  readonly weight: (x: number) => number;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Keys's cubic with a = −0.5. */
function cubic(x: number): number {
  const a = -0.5;
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
}

/** Pillow holds these two numbers in single precision. */
const HAMMING = [Math.fround(0.54), Math.fround(0.46)] as const;

const KERNELS: Readonly<Record<Exclude<Filter, 'nearest'>, Kernel>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight: (x) =>
      Math.abs(x) < 1 ? sinc(x) * (HAMMING[0] + HAMMING[1] * Math.cos(x * Math.PI)) : 0,
  },
  bicubic: { support: 2, weight: cubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/**
 * The part of a picture within a box, resized. Taps beyond the box read what the picture has there,
 * as `Image.resize(size, filter, box)` does.
 * @param box in source pixels, may be fractional
 * @throws RangeError if the box is empty or reaches outside the picture
 */
export function resample(
  source: Raster,
  box: Rectangle,
  width: number,
  height: number,
  filter: Filter,
): Raster {
  checkBox(source, box);
  // Pillow's box is held in single precision.
  const left = Math.fround(box.x);
  const top = Math.fround(box.y);
  const right = Math.min(Math.fround(box.x + box.width), source.width);
  const bottom = Math.min(Math.fround(box.y + box.height), source.height);
  if (filter === 'nearest') {
    return nearest(source, { left, top, right, bottom }, width, height);
  }
  const kernel = KERNELS[filter];
  const columns = createTaps(source.width, left, right, width, kernel);
  const rows = createTaps(source.height, top, bottom, height, kernel);
  const isHorizontal = width !== source.width || left !== 0 || right !== width;
  const isVertical = height !== source.height || top !== 0 || bottom !== height;
  if (isVerticalFirst(source, width, height)) {
    const lower = isVertical ? resampleColumns(source, rows) : source;
    return isHorizontal ? resampleRows(lower, columns, { start: 0, end: lower.height }) : lower;
  }
  const narrower = isHorizontal ? resampleRows(source, columns, rowsRead(rows)) : source;
  const resized = isVertical ? resampleColumns(narrower, rows) : narrower;
  return resized === source ? { ...source, data: source.data.slice() } : resized;
}

/**
 * Since version 13, Pillow shrinks the height first where it loses more than twice as many pixels
 * as the width, whatever the box. The order shows in the rounding.
 */
function isVerticalFirst(source: Raster, width: number, height: number): boolean {
  return height < source.height && source.height - height > 2 * (source.width - width);
}

function checkBox(source: Raster, { x, y, width, height }: Rectangle): void {
  // Sums of fractions may miss the edge by a rounding.
  const inside =
    x >= 0 && y >= 0 && x + width <= source.width + 1e-6 && y + height <= source.height + 1e-6;
  if (!(inside && width > 0 && height > 0)) {
    throw new RangeError(
      `The box ${x}, ${y}, ${width} × ${height} is not within ${source.width} × ${source.height}.`,
    );
  }
}

/** Weights along one axis: the kernel, stretched where the picture shrinks, cut at the picture's edges. */
function createTaps(
  sourceSize: number,
  start: number,
  end: number,
  targetSize: number,
  kernel: Kernel,
): Taps {
  const scale = Math.fround(end - start) / targetSize;
  const stretch = Math.max(scale, 1);
  const support = kernel.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(targetSize);
  const count = new Int32Array(targetSize);
  const weights = new Int32Array(targetSize * stride);
  const exact = new Float64Array(stride);
  const inverse = 1 / stretch;
  for (let target = 0; target < targetSize; target++) {
    const centre = start + (target + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const high = Math.min(sourceSize, Math.trunc(centre + support + 0.5));
    let sum = 0;
    for (let tap = 0; tap < high - low; tap++) {
      const weight = kernel.weight((tap + low - centre + 0.5) * inverse);
      exact[tap] = weight;
      sum += weight;
    }
    first[target] = low;
    count[target] = high - low;
    for (let tap = 0; tap < high - low; tap++) {
      const weight = (exact[tap] ?? 0) / (sum === 0 ? 1 : sum);
      const rounding = weight < 0 ? -0.5 : 0.5;
      weights[target * stride + tap] = Math.trunc(rounding + weight * (1 << PRECISION_BITS));
    }
  }
  return { first, count, weights, stride };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The source rows that a vertical pass reads. */
function rowsRead({ first, count }: Taps): Span {
  const last = first.length - 1;
  return { start: first[0] ?? 0, end: (first[last] ?? 0) + (count[last] ?? 0) };
}

/** The horizontal pass, over some of the rows; the others stay zero. */
function resampleRows(source: Raster, taps: Taps, rows: Span): Raster {
  return convolve(source, taps, 'horizontal', taps.first.length, source.height, rows);
}

function resampleColumns(source: Raster, taps: Taps): Raster {
  const height = taps.first.length;
  return convolve(source, taps, 'vertical', source.width, height, { start: 0, end: height });
}

type Direction = 'horizontal' | 'vertical';

function convolve(
  source: Raster,
  taps: Taps,
  direction: Direction,
  width: number,
  height: number,
  rows: Span,
): Raster {
  const { channelCount } = source;
  const result = {
    width,
    height,
    channelCount,
    data: new Uint8Array(width * height * channelCount),
  };
  if (channelCount === 4) convolveColour(source, result, taps, direction, rows);
  else convolveGrey(source, result, taps, direction, rows);
  return result;
}

/** Pixels of four bytes as words; the machines that browsers run on are little-endian. */
function toWords({ data }: Raster): Int32Array {
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

// The loop over 12 million pixels: a word is read once for its three channels, and products stay in
// 32-bit integers, which is twice as fast as bytes and doubles.
function convolveColour(
  source: Raster,
  result: Raster,
  { first, count, weights, stride }: Taps,
  direction: Direction,
  rows: Span,
): void {
  const from = toWords(source);
  const to = toWords(result);
  const isVertical = direction === 'vertical';
  const step = isVertical ? source.width : 1;
  const { width } = result;
  for (let y = rows.start; y < rows.end; y++) {
    for (let x = 0; x < width; x++) {
      const target = isVertical ? y : x;
      const begin = first[target] ?? 0;
      const end = target * stride + (count[target] ?? 0);
      let at = isVertical ? begin * step + x : y * source.width + begin;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      for (let tap = target * stride; tap < end; tap++) {
        const weight = weights[tap] ?? 0;
        const pixel = from[at] ?? 0;
        red = (red + Math.imul(pixel & 255, weight)) | 0;
        green = (green + Math.imul((pixel >>> 8) & 255, weight)) | 0;
        blue = (blue + Math.imul((pixel >>> 16) & 255, weight)) | 0;
        at += step;
      }
      to[y * width + x] = clip(red) | (clip(green) << 8) | (clip(blue) << 16) | (255 << 24);
    }
  }
}

function convolveGrey(
  source: Raster,
  result: Raster,
  { first, count, weights, stride }: Taps,
  direction: Direction,
  rows: Span,
): void {
  const isVertical = direction === 'vertical';
  const step = isVertical ? source.width : 1;
  const { width } = result;
  for (let y = rows.start; y < rows.end; y++) {
    for (let x = 0; x < width; x++) {
      const target = isVertical ? y : x;
      const begin = first[target] ?? 0;
      const end = target * stride + (count[target] ?? 0);
      let at = isVertical ? begin * step + x : y * source.width + begin;
      let sum = HALF;
      for (let tap = target * stride; tap < end; tap++) {
        sum = (sum + Math.imul(source.data[at] ?? 0, weights[tap] ?? 0)) | 0;
        at += step;
      }
      result.data[y * width + x] = clip(sum);
    }
  }
}

function clip(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

interface Edges {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The source pixel under the middle of each target pixel. */
function nearest(source: Raster, box: Edges, width: number, height: number): Raster {
  const { channelCount } = source;
  const columns = nearestIndices(box.left, box.right, width);
  const rows = nearestIndices(box.top, box.bottom, height);
  const data = new Uint8Array(width * height * channelCount);
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * source.width + column) * channelCount;
      for (let channel = 0; channel < channelCount; channel++) {
        data[at++] = source.data[from + channel] ?? 0;
      }
    }
  }
  return { width, height, channelCount, data };
}

/** Positions are summed up one step at a time, as Pillow does, since the rounding depends on it. */
function nearestIndices(start: number, end: number, targetSize: number): number[] {
  const step = (end - start) / targetSize;
  const indices: number[] = [];
  let position = start + step * 0.5;
  for (let target = 0; target < targetSize; target++) {
    indices.push(Math.trunc(position));
    position += step;
  }
  return indices;
}
