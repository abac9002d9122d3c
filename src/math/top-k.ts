/**
 * Positions of the `k` largest values, largest first; of equal values the earlier comes first.
 * NaN is left out, so that fewer may come back.
 */
export function topK(values: ArrayLike<number>, k: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    if (best.length === k && !(value > (values[best[k - 1] ?? 0] ?? 0))) continue;
    let at = best.length;
    while (at > 0 && (values[best[at - 1] ?? 0] ?? 0) < value) at -= 1;
    best.splice(at, 0, i);
    if (best.length > k) best.pop();
  }
  return best;
}
