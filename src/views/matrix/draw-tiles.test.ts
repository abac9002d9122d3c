import { afterEach, expect, it, vi } from 'vitest';
import { colourMap } from '../../math/colour-maps.ts';
import { paletteOf } from '../../math/colourise.ts';
import { linearScale } from '../../math/scales.ts';
import { fakeOffscreenCanvas } from '../testing/fake-offscreen-canvas.ts';
import { recordingContext } from '../testing/recording-context.ts';
import { layoutMatrix, wholeMatrix, type MatrixView } from './layout-matrix.ts';
import { drawTiles } from './draw-tiles.ts';
import { MatrixTiles } from './matrix-tiles.ts';

afterEach(() => vi.unstubAllGlobals());

const palette = paletteOf(colourMap('viridis'), { mode: 'even', opacity: 1 });

function tilesOf(count: number, cost = Infinity) {
  const grid = { values: new Float32Array(count * count), columns: count, rows: count };
  const scale = linearScale(0, 1);
  return new MatrixTiles({ matrix: grid, pooling: 'max', scale, palette }, cost);
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

it('draws the tiles of the next levels where one is not made yet', () => {
  fakeOffscreenCanvas();
  const tiles = tilesOf(1024, 2 ** 19);
  const drawn = (side: number) => drawnAt(1024, side, wholeMatrix, tiles);
  const makeAll = () => {
    while (!tiles.isComplete) tiles.work();
  };
  // Four cells to a pixel, 256 × 256 pixels: one tile, made in two turns.
  expect(drawn(256)).toEqual([]);
  makeAll();
  expect(drawn(256)).toEqual([[0, 0, 256, 256]]);
  // Twice as large: the first of four tiles is there at once, quarters of the coarser one elsewhere.
  expect(drawn(512)).toEqual([
    [0, 0, 256, 256],
    [128, 0, 128, 128, 256, 0, 256, 256],
    [0, 128, 128, 128, 0, 256, 256, 256],
    [128, 128, 128, 128, 256, 256, 256, 256],
  ]);
  makeAll();
  expect(drawn(512)).toHaveLength(4);
});

it('draws finer tiles where the coarser one is not made yet', () => {
  fakeOffscreenCanvas();
  const tiles = tilesOf(1024, 2 ** 19);
  drawnAt(1024, 512, wholeMatrix, tiles);
  while (!tiles.isComplete) tiles.work();
  expect(drawnAt(1024, 256, wholeMatrix, tiles)).toEqual([
    [0, 0, 128, 128],
    [128, 0, 128, 128],
    [0, 128, 128, 128],
    [128, 128, 128, 128],
  ]);
});
