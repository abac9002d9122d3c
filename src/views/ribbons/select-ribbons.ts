import { topK } from '../../math/top-k.ts';

/** Which weights become lines. */
export type RibbonFilter =
  /** At least this weight. */
  | { readonly kind: 'threshold'; readonly least: number }
  /** The largest of each query in each head. */
  | { readonly kind: 'top'; readonly count: number };

export interface RibbonWeights {
  /** Row-major [head, query, key]. */
  readonly values: Float32Array;
  readonly headCount: number;
  readonly queryCount: number;
  readonly keyCount: number;
  /** A query sees no key after itself: only that half is taken. */
  readonly causal: boolean;
}

/** Lines, one at each position of the arrays. */
export interface RibbonSelection {
  readonly count: number;
  readonly heads: Uint16Array;
  readonly queries: Uint32Array;
  readonly keys: Uint32Array;
  readonly weights: Float32Array;
  /** How many the filter let through; more than `count` where that was too many to draw. */
  readonly candidateCount: number;
}

/** More lines cannot be told apart, and take longer than a frame. */
export const largestRibbonCount = 20_000;
const binCount = 4096;

/**
 * The lines that the filter lets through, weights of zero and what is no number left out. Of more
 * than `largest` the strongest are taken; ties at the limit are left out.
 */
export function selectRibbons(
  source: RibbonWeights,
  filter: RibbonFilter,
  largest = largestRibbonCount,
): RibbonSelection {
  const { values, queryCount, keyCount } = source;
  const forEachCandidate = candidatesOf(source, filter);
  const bins = new Uint32Array(binCount);
  let candidateCount = 0;
  forEachCandidate((_position, weight) => {
    candidateCount += 1;
    const bin = binOf(weight);
    bins[bin] = (bins[bin] ?? 0) + 1;
  });
  const firstBin = firstBinWithin(bins, largest);
  const count = bins.subarray(firstBin).reduce((sum, some) => sum + some, 0);
  const positions = new Uint32Array(count);
  let at = 0;
  forEachCandidate((position, weight) => {
    if (binOf(weight) < firstBin) return;
    positions[at] = position;
    at += 1;
  });
  return {
    count,
    heads: Uint16Array.from(positions, (position) => position / (queryCount * keyCount)),
    queries: positions.map((position) => Math.floor(position / keyCount) % queryCount),
    keys: positions.map((position) => position % keyCount),
    weights: Float32Array.from(positions, (position) => values[position] ?? 0),
    candidateCount,
  };
}

function binOf(weight: number): number {
  return Math.min(binCount - 1, Math.floor(weight * binCount));
}

/** The lowest bin from which on no more than `largest` lines come. */
function firstBinWithin(bins: Uint32Array, largest: number): number {
  let sum = 0;
  for (let bin = bins.length - 1; bin >= 0; bin -= 1) {
    sum += bins[bin] ?? 0;
    if (sum > largest) return bin + 1;
  }
  return 0;
}

type Candidates = (take: (position: number, weight: number) => void) => void;

/** Positions in the values, and weights, of what the filter lets through; may be asked again. */
function candidatesOf(source: RibbonWeights, filter: RibbonFilter): Candidates {
  const { values } = source;
  if (filter.kind === 'threshold')
    return (take) =>
      forEachRow(source, (start, length) => {
        for (let position = start; position < start + length; position += 1) {
          const weight = values[position] ?? 0;
          if (weight > 0 && weight >= filter.least) take(position, weight);
        }
      });
  const positions: number[] = [];
  forEachRow(source, (start, length) => {
    const row = values.subarray(start, start + length);
    for (const key of topK(row, filter.count)) if ((row[key] ?? 0) > 0) positions.push(start + key);
  });
  return (take) => {
    for (const position of positions) take(position, values[position] ?? 0);
  };
}

function forEachRow(
  { headCount, queryCount, keyCount, causal }: RibbonWeights,
  take: (start: number, length: number) => void,
): void {
  for (let row = 0; row < headCount * queryCount; row += 1) {
    const query = row % queryCount;
    take(row * keyCount, causal ? Math.min(keyCount, query + 1) : keyCount);
  }
}
