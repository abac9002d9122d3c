import { describe, expect, it } from 'vitest';

import { gaussianBlur } from './gaussian-blur.ts';

/** In two dimensions at once, as the definition has it. */
function blurDirectly(plane: Float32Array, width: number, deviation: number) {
  const radius = Math.ceil(3 * deviation);
  return plane.map((_, index) => {
    const [x, y] = [index % width, Math.floor(index / width)];
    let [sum, total] = [0, 0];
    plane.forEach((value, other) => {
      const [dx, dy] = [(other % width) - x, Math.floor(other / width) - y];
      if (Math.abs(dx) > radius || Math.abs(dy) > radius) return;
      const weight = Math.exp(-(dx ** 2 + dy ** 2) / (2 * deviation ** 2));
      sum += weight * value;
      total += weight;
    });
    return sum / total;
  });
}

describe('gaussianBlur', () => {
  const plane = Float32Array.from({ length: 9 * 6 }, (_, index) => Math.sin(index ** 2));

  it.each([0.5, 1.3, 8])('equals the sum over both directions: deviation %d', (deviation) => {
    const blurred = gaussianBlur(plane, 9, 6, deviation);
    const expected = blurDirectly(plane, 9, deviation);
    blurred.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 5));
  });

  it('keeps one colour, and channels apart', () => {
    const two = new Float32Array(2 * 20).fill(0.25, 0, 20).fill(-1.5, 20);
    gaussianBlur(two, 5, 4, 2).forEach((value, index) =>
      expect(value).toBeCloseTo(index < 20 ? 0.25 : -1.5, 6),
    );
  });

  it('leaves its argument alone', () => {
    const copy = plane.slice();
    gaussianBlur(plane, 9, 6, 2);
    expect(plane).toEqual(copy);
  });
});
