import { afterEach, expect, it, vi } from 'vitest';
import { colourMap } from '../../math/colour-maps.ts';
import { paletteOf } from '../../math/colourise.ts';
import { linearScale } from '../../math/scales.ts';
import { fakeOffscreenCanvas } from '../testing/fake-offscreen-canvas.ts';
import { recordingContext } from '../testing/recording-context.ts';
import { layoutMatrix, wholeMatrix, type MatrixView } from './layout-matrix.ts';
import { createPyramid, createTiles, drawTiles } from './matrix-tiles.ts';

afterEach(() => vi.unstubAllGlobals());

const palette = paletteOf(colourMap('viridis'), { mode: 'even', opacity: 1 });

function tilesOf(count: number) {
  const grid = { values: new Float32Array(count * count), columns: count, rows: count };
  return createTiles(createPyramid(grid, 'max'), linearScale(0, 1), palette);
}

function drawnAt(count: number, side: number, view: MatrixView, tiles = tilesOf(count)) {
  const box = {
    queryCount: count,
    keyCount: count,
    width: side,
    height: side,
    queryBand: 0,
    keyBand: 0,
    largestCell: 48,
  };
  const { context, calls } = recordingContext();
  drawTiles(context, layoutMatrix(box, view), tiles);
  return calls.filter(({ name }) => name === 'drawImage').map(({ args }) => args.slice(1));
}

it('covers the plot without gaps', () => {
  fakeOffscreenCanvas();
  expect(drawnAt(300, 600, wholeMatrix)).toEqual([
    [0, 0, 512, 512],
    [512, 0, 88, 512],
    [0, 512, 512, 88],
    [512, 512, 88, 88],
  ]);
});

it('draws and makes only what is seen', () => {
  const put = fakeOffscreenCanvas();
  const tiles = tilesOf(2305);
  const view = { zoom: 2305 / 50, firstQuery: 1100, firstKey: 30 };
  expect(drawnAt(2305, 500, view, tiles)).toHaveLength(1);
  expect(put).toHaveLength(1);
  drawnAt(2305, 500, view, tiles);
  expect(put).toHaveLength(1);
});

it('draws joined cells where a cell is less than a pixel', () => {
  const put = fakeOffscreenCanvas();
  // 2,305 cells on 400 pixels: 8 × 8 cells are joined, 289 × 289 in four tiles.
  drawnAt(2305, 400, wholeMatrix);
  expect(put.reduce((sum, pixels) => sum + pixels.length / 4, 0)).toBe(289 * 289);
});
