import { expect } from 'vitest';

/**
 * Expects numbers to be close to others: no difference larger than the bound times the largest of
 * the expected ones.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  bound: number,
): void {
  expect(actual.length).toBe(expected.length);
  let [largest, difference] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    const [value, reference] = [actual[index] ?? NaN, expected[index] ?? NaN];
    largest = Math.max(largest, Math.abs(reference));
    difference = Math.max(difference, Math.abs(value - reference));
  }
  expect(largest).toBeGreaterThan(0);
  expect(difference / largest).toBeLessThan(bound);
}
