import { describe, expect, it } from 'vitest';
import { fitPositions } from './fit-positions.ts';

const square = (side: number) => ({ columns: side, rows: side });

/** A plane: any interpolation that is exact for straight lines keeps its slope inside. */
function plane(side: number): Float32Array {
  return Float32Array.from(
    { length: side * side },
    (_, at) => (at % side) + 10 * ((at / side) | 0),
  );
}

describe('fitPositions', () => {
  it('leaves positions of the same grid alone', () => {
    const positions = plane(3);
    expect(fitPositions(positions, square(3), square(3), 1, true)).toBe(positions);
  });

  it.each([true, false])('keeps what is the same everywhere, antialiased: %s', (isAntialiased) => {
    const positions = Float32Array.from({ length: 2 * 49 }, (_, at) => (at % 2 === 0 ? 3 : -5));
    const fitted = fitPositions(positions, square(7), { columns: 4, rows: 9 }, 2, isAntialiased);
    expect(fitted).toHaveLength(2 * 36);
    for (let at = 0; at < fitted.length; at += 1)
      expect(fitted[at]).toBeCloseTo(at % 2 ? -5 : 3, 5);
  });

  it.each([true, false])('keeps rows and columns apart, antialiased: %s', (isAntialiased) => {
    const fitted = fitPositions(plane(16), square(16), square(8), 1, isAntialiased);
    // Inside, half the resolution takes two steps at once.
    expect((fitted[28] ?? 0) - (fitted[27] ?? 0)).toBeCloseTo(2, 4);
    expect((fitted[35] ?? 0) - (fitted[27] ?? 0)).toBeCloseTo(20, 4);
  });

  it('refuses a grid that is not square', () => {
    const from = { columns: 2, rows: 3 };
    expect(() => fitPositions(new Float32Array(6), from, square(2), 1, false)).toThrow(
      /not square/,
    );
  });
});
