import { describe, expect, it } from 'vitest';
import { massSet, outlineSegments } from './mass-outline.ts';

describe('massSet', () => {
  it('takes the fewest cells that hold the share', () => {
    const { mask, cellCount, share } = massSet([0.1, 0.4, 0.3, 0.2], 0.6);
    expect([...mask]).toEqual([0, 1, 1, 0]);
    expect(cellCount).toBe(2);
    expect(share).toBeCloseTo(0.7);
  });

  it('reaches a share exactly without one cell too many', () => {
    expect(massSet([0.1, 0.2, 0.3, 0.4], 0.9).cellCount).toBe(3);
    expect(massSet(new Float32Array(10).fill(0.1), 0.6).cellCount).toBe(6);
  });

  it('takes all that is positive for the whole mass, and nothing for none', () => {
    expect(massSet([0.5, 0, 0.5, -1, Number.NaN], 1).cellCount).toBe(2);
    expect(massSet([0.5, 0.5], 0).cellCount).toBe(0);
    expect(massSet([0, 0], 0.6)).toMatchObject({ cellCount: 0, share: 0 });
  });
});

describe('outlineSegments', () => {
  it('draws four sides around one cell', () => {
    expect(outlineSegments([0, 0, 0, 0, 1, 0, 0, 0, 0], 3, 3)).toEqual([
      { x1: 1, y1: 1, x2: 2, y2: 1 },
      { x1: 1, y1: 2, x2: 2, y2: 2 },
      { x1: 1, y1: 1, x2: 1, y2: 2 },
      { x1: 2, y1: 1, x2: 2, y2: 2 },
    ]);
  });

  it('joins neighbours and draws the edge of the grid', () => {
    expect(outlineSegments([1, 1], 2, 1)).toEqual([
      { x1: 0, y1: 0, x2: 2, y2: 0 },
      { x1: 0, y1: 1, x2: 2, y2: 1 },
      { x1: 0, y1: 0, x2: 0, y2: 1 },
      { x1: 2, y1: 0, x2: 2, y2: 1 },
    ]);
  });

  it('draws the sides of a hole', () => {
    const ring = [1, 1, 1, 1, 0, 1, 1, 1, 1];
    const length = outlineSegments(ring, 3, 3).reduce(
      (sum, { x1, y1, x2, y2 }) => sum + (x2 - x1) + (y2 - y1),
      0,
    );
    expect(length).toBe(12 + 4);
  });

  it('draws nothing for an empty mask', () => {
    expect(outlineSegments(new Uint8Array(9), 3, 3)).toEqual([]);
  });
});
