/**
 * Kendall's rank correlation with ties, τ-b (Kendall 1945, Biometrika 33), in O(n log n) by counting
 * the exchanges of a merge sort (Knight 1966, JASA 61).
 * @param a one value for each thing ranked
 * @param b as many
 * @returns -1 to 1; null where it is not defined: one side holds one value alone, or a NaN
 * @throws RangeError if the lengths differ
 */
export function kendallTauB(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const count = a.length;
  if (b.length !== count) throw new RangeError(`Ranked ${count} and ${b.length} things.`);
  const pairs = Array.from({ length: count }, (_, index): Pair => [a[index] ?? 0, b[index] ?? 0]);
  if (pairs.some((pair) => pair.some(Number.isNaN))) return null;
  const ranked = pairs.toSorted(
    (one, other) => compare(one[0], other[0]) || compare(one[1], other[1]),
  );
  const tiedInA = tiedPairs(ranked, (one, other) => one[0] === other[0]);
  const tiedInBoth = tiedPairs(ranked, (one, other) => one[0] === other[0] && one[1] === other[1]);
  // Sorted by a; each exchange that sorts by b as well is a pair in opposite orders.
  const sorted = Float64Array.from(ranked, ([, value]) => value);
  const opposed = sortCountingExchanges(sorted);
  const tiedInB = tiedPairs(sorted, (one, other) => one === other);
  const all = (count * (count - 1)) / 2;
  const product = (all - tiedInA) * (all - tiedInB);
  if (product === 0) return null;
  return (all - tiedInA - tiedInB + tiedInBoth - 2 * opposed) / Math.sqrt(product);
}

type Pair = readonly [number, number];

/** Not a difference: that of two infinities is NaN. */
function compare(one: number, other: number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Pairs of equal things among things that are sorted. */
function tiedPairs<T>(sorted: ArrayLike<T>, isEqual: (one: T, other: T) => boolean): number {
  let tied = 0;
  let run = 0;
  for (let index = 1; index < sorted.length; index++) {
    const [before, here] = [sorted[index - 1], sorted[index]];
    const isTie = before !== undefined && here !== undefined && isEqual(before, here);
    run = isTie ? run + 1 : 0;
    tied += run;
  }
  return tied;
}

/** Sorts in place, and counts the exchanges of neighbours that it takes; equal ones stay. */
function sortCountingExchanges(values: Float64Array<ArrayBuffer>): number {
  let exchanges = 0;
  let from = values;
  let to = new Float64Array(values.length);
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      exchanges += merge(from, to, start, start + width, start + 2 * width);
    }
    [from, to] = [to, from];
  }
  if (from !== values) values.set(from);
  return exchanges;
}

function merge(
  from: Float64Array,
  to: Float64Array,
  start: number,
  middle: number,
  end: number,
): number {
  const leftEnd = Math.min(middle, from.length);
  const rightEnd = Math.min(end, from.length);
  let exchanges = 0;
  let left = start;
  let right = leftEnd;
  for (let at = start; at < rightEnd; at++) {
    const takesRight =
      left === leftEnd || (right < rightEnd && (from[right] ?? 0) < (from[left] ?? 0));
    if (takesRight) exchanges += leftEnd - left;
    to[at] = from[takesRight ? right++ : left++] ?? 0;
  }
  return exchanges;
}
