/**
 * Area under the straight lines between points, by trapezoids. Both ends count: a mean of the points
 * would give an end as much weight as a point in between.
 * @param x rising
 * @param y one for each
 * @returns in units of x times units of y; 0 for fewer than two points
 * @throws RangeError if the lengths differ
 */
export function areaUnder(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length) throw new RangeError(`${x.length} places of ${y.length} values.`);
  let area = 0;
  for (let index = 1; index < x.length; index++) {
    const width = (x[index] ?? 0) - (x[index - 1] ?? 0);
    area += (width * ((y[index - 1] ?? 0) + (y[index] ?? 0))) / 2;
  }
  return area;
}
