/** From values to positions between 0 and 1, and back. */
import { createSortedLookup } from './sorted-lookup.ts';

export type ScaleKind = 'linear' | 'log' | 'quantile';

export interface Scale {
  readonly kind: ScaleKind;
  /** Ends of the domain: drawn as 0 and as 1. */
  readonly min: number;
  readonly max: number;
  /** For `log`: values under this are drawn as this. Otherwise null. */
  readonly floor: number | null;
  /** Where every value of the sample is the same, that value: there is nothing to tell apart. */
  readonly constant: number | null;
  /** Position in [0, 1], clamped. NaN stays NaN; in a constant scale all else is 0.5. */
  toUnit(value: number): number;
  /** The value at a position in [0, 1]: inverse of `toUnit` inside the domain. */
  toValue(unit: number): number;
}

/** The ends of a sample's finite values; all 0 where there is none. */
export interface Extent {
  readonly min: number;
  readonly max: number;
  /** Infinity where no value is above 0. */
  readonly smallestPositive: number;
}

export interface ScaleOptions {
  /** The sample's, where it is known: a look at millions of values takes longer than a frame. */
  readonly extent?: Extent;
  /** `linear` starts at 0, or is symmetric around 0 for signed samples. On by default. */
  readonly includeZero?: boolean;
}

/** Values nearer to each other than this, relative to their size, count as one value. */
const relativeResolution = 1e-6;
/** Decades that a log scale shows below the largest value. */
const logRange = 1e-4;
/** Sorting more than this would take a good part of a frame. */
const largestQuantileSample = 16_384;

/**
 * The scale of a sample: all the values that it should tell apart (one map, or every head's).
 * `linear` goes from 0 to the largest value (from -m to m where the sample has negative values).
 * `log` starts at the smallest positive value, but not below 1e-4 of the largest.
 * `quantile` draws a value as the share of the sample below it, ties at their middle; of a sample
 * over 16,384 values it takes evenly spaced ones.
 * Values that are not finite are left out; without any finite value the scale is constant 0.
 */
export function createScale(
  kind: ScaleKind,
  sample: ArrayLike<number>,
  { includeZero = true, extent = extentOf(sample) }: ScaleOptions = {},
): Scale {
  const isConstant =
    extent.max - extent.min <=
    relativeResolution * Math.max(Math.abs(extent.min), Math.abs(extent.max));
  if (isConstant) return constantScale(kind, extent.max);
  switch (kind) {
    case 'linear': {
      if (!includeZero) return linearScale(extent.min, extent.max);
      if (extent.min >= 0) return linearScale(0, extent.max);
      const reach = Math.max(-extent.min, extent.max);
      return linearScale(-reach, reach);
    }
    case 'log':
      return logScaleOf(kind, extent);
    case 'quantile':
      return quantileScale(sample, extent);
  }
}

/** @throws RangeError unless min < max */
export function linearScale(min: number, max: number): Scale {
  assertOrdered(min, max);
  const width = max - min;
  return {
    kind: 'linear',
    min,
    max,
    floor: null,
    constant: null,
    toUnit: (value) => clamp((value - min) / width),
    toValue: (unit) => min + clamp(unit) * width,
  };
}

/**
 * Logarithmic from `floor` to `max`; values below the floor, zero among them, are drawn as it.
 * @throws RangeError unless 0 < floor < max
 */
export function logScale(floor: number, max: number): Scale {
  if (!(floor > 0)) throw new RangeError(`The floor of a log scale must be over 0, not ${floor}.`);
  assertOrdered(floor, max);
  const logFloor = Math.log(floor);
  const width = Math.log(max) - logFloor;
  return {
    kind: 'log',
    min: floor,
    max,
    floor,
    constant: null,
    toUnit: (value) =>
      value <= floor ? 0 : clamp((Math.log(Math.min(value, max)) - logFloor) / width),
    toValue: (unit) => (unit >= 1 ? max : Math.exp(logFloor + clamp(unit) * width)),
  };
}

/** Rank among the finite values of the sample, as `createScale` says. */
export function quantileScale(sample: ArrayLike<number>, extent = extentOf(sample)): Scale {
  const sorted = sortedSample(sample, extent);
  const last = sorted.length - 1;
  const min = sorted[0] ?? 0;
  const max = sorted[last] ?? 0;
  if (min === max) return constantScale('quantile', max);
  const { levels, units } = rankLevels(sorted);
  const countBelow = createSortedLookup(levels);
  return {
    kind: 'quantile',
    min,
    max,
    floor: null,
    constant: null,
    toUnit(value) {
      if (Number.isNaN(value)) return Number.NaN;
      const at = countBelow(value);
      const above = units[at];
      if (above === undefined) return 1;
      // Between two values of the sample, half-way between their ranks.
      return levels[at] === value ? above : (above + (units[at - 1] ?? 0)) / 2;
    },
    toValue(unit) {
      const position = clamp(unit) * last;
      const low = Math.floor(position);
      const from = sorted[low] ?? max;
      const to = sorted[Math.min(last, low + 1)] ?? max;
      return from + (position - low) * (to - from);
    },
  };
}

/** The different values of a sorted sample, with the middle of each one's ranks as 0 to 1. */
function rankLevels(sorted: Float64Array): { levels: Float64Array; units: Float64Array } {
  const levels = new Float64Array(sorted.length);
  const units = new Float64Array(sorted.length);
  let count = 0;
  for (let start = 0; start < sorted.length;) {
    const value = sorted[start] ?? 0;
    let end = start + 1;
    while (sorted[end] === value) end += 1;
    levels[count] = value;
    units[count] = (start + end - 1) / 2 / (sorted.length - 1);
    count += 1;
    start = end;
  }
  return { levels: levels.subarray(0, count), units: units.subarray(0, count) };
}

function logScaleOf(kind: ScaleKind, { max, smallestPositive }: Extent): Scale {
  if (!(max > 0)) return constantScale(kind, max);
  const lowest = max * logRange;
  // Where the largest value is the only positive one, the rest is drawn as the end of the range.
  return logScale(smallestPositive < max ? Math.max(smallestPositive, lowest) : lowest, max);
}

function constantScale(kind: ScaleKind, value: number): Scale {
  return {
    kind,
    min: value,
    max: value,
    floor: null,
    constant: value,
    toUnit: (candidate) => (Number.isNaN(candidate) ? Number.NaN : 0.5),
    toValue: () => value,
  };
}

/** The ends of the values that are finite. */
export function extentOf(sample: ArrayLike<number>): Extent {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let smallestPositive = Number.POSITIVE_INFINITY;
  for (let i = 0; i < sample.length; i += 1) {
    const value = sample[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value > 0 && value < smallestPositive) smallestPositive = value;
  }
  return max < min ? { min: 0, max: 0, smallestPositive: 0 } : { min, max, smallestPositive };
}

function sortedSample(sample: ArrayLike<number>, { min, max }: Extent): Float64Array {
  const stride = Math.max(1, sample.length / largestQuantileSample);
  const count = Math.floor(sample.length / stride);
  const taken = new Float64Array(count + 2);
  let length = 0;
  for (let i = 0; i < count; i += 1) {
    const value = sample[Math.floor(i * stride)] ?? Number.NaN;
    if (Number.isFinite(value)) taken[length++] = value;
  }
  if (stride > 1) {
    // The ends of the colour bar are the true ends, whichever values were taken.
    taken[length++] = min;
    taken[length++] = max;
  }
  return taken.subarray(0, length).toSorted();
}

function clamp(unit: number): number {
  return unit < 0 ? 0 : unit > 1 ? 1 : unit;
}

function assertOrdered(min: number, max: number): void {
  if (!(min < max && Number.isFinite(min) && Number.isFinite(max)))
    throw new RangeError(`A scale needs two finite ends in order, not ${min} and ${max}.`);
}
