import { describe, expect, it } from 'vitest';
import {
  clampView,
  hitTestMatrix,
  layoutMatrix,
  matrixCellRectangle,
  panBy,
  revealQuery,
  wholeMatrix,
  zoomAt,
  type MatrixBox,
} from './layout-matrix.ts';

const box: MatrixBox = {
  queryCount: 10,
  keyCount: 10,
  width: 230,
  height: 220,
  queryBand: 30,
  keyBand: 20,
  largestCell: 100,
};

it('shows the whole matrix in square cells', () => {
  const layout = layoutMatrix(box, wholeMatrix);
  expect(layout.cell).toBe(20);
  expect(layout.plot).toEqual({ x: 30, y: 0, width: 200, height: 200 });
});

it('keeps the cells of a wide matrix square', () => {
  const layout = layoutMatrix({ ...box, keyCount: 20 }, wholeMatrix);
  expect(layout.cell).toBe(10);
  expect(layout.plot).toEqual({ x: 30, y: 0, width: 200, height: 100 });
});

describe.each([
  ['whole', wholeMatrix],
  ['zoomed', { zoom: 2.7, firstQuery: 3.3, firstKey: 1.9 }],
])('the %s view', (_name, view) => {
  it('finds every cell it shows', () => {
    const layout = layoutMatrix(box, view);
    const { plot } = layout;
    let found = 0;
    for (let query = 0; query < 10; query += 1) {
      for (let key = 0; key < 10; key += 1) {
        const { x, y, width, height } = matrixCellRectangle(layout, { query, key });
        const centreX = x + width / 2;
        const centreY = y + height / 2;
        if (centreX < plot.x || centreX >= plot.x + plot.width) continue;
        if (centreY < plot.y || centreY >= plot.y + plot.height) continue;
        expect(hitTestMatrix(layout, centreX, centreY)).toEqual({ query, key });
        found += 1;
      }
    }
    expect(found).toBeGreaterThan(8);
  });
});

it('finds nothing on the axes', () => {
  const layout = layoutMatrix(box, wholeMatrix);
  expect(hitTestMatrix(layout, 29, 10)).toBeNull();
  expect(hitTestMatrix(layout, 100, 201)).toBeNull();
});

it('zooms around the pointer', () => {
  const zoomed = zoomAt(wholeMatrix, box, 2, 130, 60);
  expect(zoomed).toEqual({ zoom: 2, firstQuery: 1.5, firstKey: 2.5 });
  const before = hitTestMatrix(layoutMatrix(box, wholeMatrix), 130, 60);
  expect(hitTestMatrix(layoutMatrix(box, zoomed), 130, 60)).toEqual(before);
});

it('zooms no farther than the largest cell and never out of the matrix', () => {
  expect(zoomAt(wholeMatrix, box, 99, 130, 60).zoom).toBe(5);
  expect(zoomAt({ zoom: 2, firstQuery: 5, firstKey: 5 }, box, 0.01, 130, 60)).toEqual(wholeMatrix);
});

it('pans with the pointer and stops at the edges', () => {
  const view = { zoom: 2, firstQuery: 2, firstKey: 2 };
  expect(panBy(view, box, -40, 40)).toEqual({ zoom: 2, firstQuery: 1, firstKey: 3 });
  expect(panBy(view, box, -999, 999)).toEqual({ zoom: 2, firstQuery: 0, firstKey: 5 });
  expect(clampView({ zoom: 2, firstQuery: 99, firstKey: -1 }, box)).toEqual({
    zoom: 2,
    firstQuery: 5,
    firstKey: 0,
  });
});

it('moves as little as shows a row', () => {
  const view = { zoom: 2, firstQuery: 2, firstKey: 4 };
  expect(revealQuery(view, box, 4)).toBe(view);
  expect(revealQuery(view, box, 1).firstQuery).toBe(1);
  expect(revealQuery(view, box, 8).firstQuery).toBe(4);
});
