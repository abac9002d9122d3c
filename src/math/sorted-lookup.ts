/** Steps of a float32's leading 16 bits, in which the positions are kept. */
const bucketCount = 65_536;

/**
 * Finds how many of the sorted values lie below a value. Many lookups are made for each sample, so
 * a table on the leading bits of the value narrows each search to a few steps.
 * @param sorted ascending, without NaN
 */
export function createSortedLookup(sorted: Float64Array): (value: number) => number {
  const single = new Float32Array(1);
  const bits = new Uint32Array(single.buffer);
  /** Grows with the value: negative floats have their bits turned over. */
  const bucketOf = (value: number) => {
    single[0] = value;
    const pattern = bits[0] ?? 0;
    return (pattern >>> 31 === 1 ? ~pattern : pattern | 0x80000000) >>> 16;
  };
  // starts[n]: how many of the values lie in buckets below n.
  const starts = new Uint32Array(bucketCount + 1);
  for (const value of sorted) {
    const bucket = bucketOf(value);
    starts[bucket + 1] = (starts[bucket + 1] ?? 0) + 1;
  }
  for (let bucket = 1; bucket <= bucketCount; bucket += 1)
    starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0);

  return (value) => {
    const bucket = bucketOf(value);
    let low = starts[bucket] ?? 0;
    let high = starts[bucket + 1] ?? sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
