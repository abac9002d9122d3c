/** An index held within what there is: the nearest of 0 to count - 1. */
export function within(index: number, count: number): number {
  return Math.max(0, Math.min(count - 1, index));
}
