import { expect, it } from 'vitest';
import type { LensMatrix, VisionRun } from '../../engine/protocol.ts';
import { createGeometry } from '../../math/geometry.ts';
import { LatestMap, type MapSource } from './pane-map.ts';
import { initialView } from './state.ts';

/** One layer with two heads, a special token and four patches. */
const run: VisionRun = {
  run: 1,
  runMs: 1,
  geometry: createGeometry(
    8,
    8,
    {
      channelCount: 3,
      width: 8,
      height: 8,
      patchWidth: 4,
      patchHeight: 4,
      referenceCropX: 0.5,
      referenceCropY: 0.5,
    },
    { mode: 'crop' },
  ),
  specialTokens: ['[CLS]'],
  layerCount: 1,
  headCount: 2,
  tokenCount: 5,
  keptLayerCount: 1,
  rows: new Float32Array(),
  probabilities: new Float32Array(),
};

const weights = Float32Array.from({ length: 25 }, (_, index) => index / 300);
const matrix: LensMatrix = { queryCount: 5, keyCount: 5, values: weights };

/** The rows of both heads, of which the first has these weights. */
function rowsOf(query: number): Float32Array {
  return Float32Array.of(...weights.subarray(5 * query, 5 * query + 5), 1, 0, 0, 0, 0);
}

const source: MapSource = {
  run,
  view: { ...initialView, layer: 0, head: 0 },
  matrix: null,
  rows: rowsOf(0),
  query: 0,
  direction: 'row',
};

it('stays the same map when its numbers come again', () => {
  const maps = new LatestMap();
  const first = maps.of(source);
  expect(first?.tokens).toEqual(weights.subarray(0, 5));
  expect(maps.of({ ...source, matrix })).toBe(first);
  const second = maps.of({ ...source, matrix, query: 1 });
  expect(second?.tokens).toEqual(weights.subarray(5, 10));
  expect(maps.of({ ...source, matrix, rows: rowsOf(1), query: 1 })).toBe(second);
});

it('is another map for other numbers, and none without a run', () => {
  const maps = new LatestMap();
  const first = maps.of(source);
  expect(maps.of({ ...source, view: { ...source.view, head: 1 } })).not.toBe(first);
  expect(maps.of({ ...source, run: null })).toBeNull();
});
