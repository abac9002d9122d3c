/**
 * Positions of all values, largest value first; of equal values the earlier comes first, so that the
 * same map always gives the same order. What is no number comes last.
 */
export function rankOrder(values: ArrayLike<number>): number[] {
  const rankOf = (index: number): number => {
    const value = values[index] ?? Number.NaN;
    return Number.isNaN(value) ? -Infinity : value;
  };
  return Array.from({ length: values.length }, (_, index) => index).toSorted((one, other) => {
    const [first, second] = [rankOf(one), rankOf(other)];
    return first === second ? one - other : first > second ? -1 : 1;
  });
}
