import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { colourMap } from '../../math/colour-maps.ts';
import { colourise, paletteOf } from '../../math/colourise.ts';
import { pool, type PoolingMode } from '../../math/pooling.ts';
import { linearScale } from '../../math/scales.ts';
import { createRandom } from '../../math/seeded-random.ts';
import { fakeOffscreenCanvas, type PutPixels } from '../testing/fake-offscreen-canvas.ts';
import { levelFor, MatrixTiles } from './matrix-tiles.ts';
import type { TilePlace } from './tile-job.ts';

let put: PutPixels = [];
beforeEach(() => {
  put = fakeOffscreenCanvas();
});
afterEach(() => vi.unstubAllGlobals());

const palette = paletteOf(colourMap('viridis'), { mode: 'even', opacity: 1 });
const scale = linearScale(0, 1);
const first: TilePlace = { level: 0, row: 0, column: 0 };

function lookOf(columns: number, rows: number, pooling: PoolingMode = 'max') {
  const random = createRandom(5);
  const values = Float32Array.from({ length: columns * rows }, random);
  return { matrix: { values, columns, rows }, pooling, scale, palette };
}

/** Draws once, then makes what is wanted bit by bit. */
function makeAll(tiles: MatrixTiles, places: readonly TilePlace[]): number {
  tiles.begin();
  for (const place of places) tiles.tile(place);
  let turns = 0;
  while (!tiles.isComplete) {
    tiles.work();
    turns += 1;
  }
  return turns;
}

it('takes the level whose cells fill a pixel', () => {
  expect([3, 1, 0.9, 0.5, 0.3, 0.25].map(levelFor)).toEqual([0, 0, 1, 1, 2, 2]);
});

it.each(['mean', 'max'] as const)(
  'bit by bit colours exactly what pooling the whole gives, at ragged edges too: %s',
  (pooling) => {
    const look = lookOf(301, 277, pooling);
    // 76 × 70 cells at level 2, a few rows at a time.
    const turns = makeAll(new MatrixTiles(look, 5000), [{ level: 2, row: 0, column: 0 }]);
    expect(turns).toBeGreaterThan(10);
    const { values } = pool(look.matrix, 4, pooling);
    const expected = new Uint8ClampedArray(values.length * 4);
    colourise(values, scale, palette, expected);
    expect(put).toHaveLength(1);
    expect(put[0]).toEqual(expected);
  },
);

it('keeps a single peak at every level of the maxima', () => {
  const values = new Float32Array(300 * 300);
  values[157 * 300 + 31] = 1;
  const look = {
    matrix: { values, columns: 300, rows: 300 },
    pooling: 'max',
    scale,
    palette,
  } as const;
  const peak = palette.slice(255 * 4);
  for (const level of [1, 2, 3, 6]) {
    put.length = 0;
    makeAll(new MatrixTiles(look, 1000), [{ level, row: 0, column: 0 }]);
    const size = 2 ** level;
    const width = Math.min(256, Math.ceil(300 / size));
    const at = 4 * (Math.floor(157 / size) * width + Math.floor(31 / size));
    expect(put[0]?.slice(at, at + 4)).toEqual(peak);
  }
});

it('makes what is small at once, and each tile once', () => {
  const tiles = new MatrixTiles(lookOf(257, 257));
  tiles.begin();
  const places = [0, 1].flatMap((row) => [0, 1].map((column) => ({ level: 0, row, column })));
  expect(places.map((place) => tiles.tile(place)?.width)).toEqual([256, 1, 256, 1]);
  expect(tiles.isComplete).toBe(true);
  makeAll(tiles, places);
  expect(put).toHaveLength(4);
});

it('spends no more at once than it may, and says when a tile is there', () => {
  const tiles = new MatrixTiles(lookOf(256, 256), 4 * 256 * 100);
  tiles.begin();
  expect(tiles.tile(first)).toBeNull();
  expect(tiles.isComplete).toBe(false);
  expect(tiles.work()).toBe(false);
  expect(tiles.work()).toBe(true);
  expect(tiles.isComplete).toBe(true);
  expect(tiles.tile(first)).not.toBeNull();
});

it('no longer makes what a newer drawing does not want, and goes on where it was', () => {
  const tiles = new MatrixTiles(lookOf(512, 256), 4 * 256 * 100);
  tiles.begin();
  tiles.tile(first);
  tiles.begin();
  tiles.tile({ ...first, column: 1 });
  while (!tiles.isComplete) tiles.work();
  expect(tiles.made(first)).toBeNull();
  // 100 of 256 rows were made when it was first wanted.
  tiles.begin();
  tiles.tile(first);
  expect([tiles.work(), tiles.work()]).toEqual([false, true]);
  expect(tiles.made(first)).not.toBeNull();
});
