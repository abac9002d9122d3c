import { expect, it } from 'vitest';
import { cellRectangle, layoutHeadGrid } from './layout-head-grid.ts';

it('divides the canvas into cells and gaps', () => {
  const layout = layoutHeadGrid(2, 3, 320, 210, 10);
  expect(layout).toMatchObject({ cellWidth: 100, cellHeight: 100, pitchX: 110, pitchY: 110 });
  expect(cellRectangle(layout, 1, 2)).toEqual({ x: 220, y: 110, width: 100, height: 100 });
});

it('puts cells on whole pixels, without overlap, up to the far edge', () => {
  const layout = layoutHeadGrid(5, 7, 401, 293, 3);
  for (let position = 1; position < 7; position += 1) {
    const before = cellRectangle(layout, 0, position - 1);
    const cell = cellRectangle(layout, 0, position);
    expect(Number.isInteger(cell.x) && Number.isInteger(cell.width)).toBe(true);
    expect(cell.x - before.x - before.width).toBeGreaterThanOrEqual(2);
  }
  const last = cellRectangle(layout, 4, 6);
  expect([last.x + last.width, last.y + last.height]).toEqual([401, 293]);
});
