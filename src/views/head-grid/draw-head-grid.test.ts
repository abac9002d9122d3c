import { afterEach, expect, it, vi } from 'vitest';
import { colourMap } from '../../math/colour-maps.ts';
import { paletteOf } from '../../math/colourise.ts';
import { linearScale } from '../../math/scales.ts';
import { fakeOffscreenCanvas } from '../testing/fake-offscreen-canvas.ts';
import { recordingContext } from '../testing/recording-context.ts';
import { drawHeadGrid } from './draw-head-grid.ts';
import { layoutHeadGrid } from './layout-head-grid.ts';

afterEach(() => vi.unstubAllGlobals());

const palette = paletteOf(colourMap('viridis'), { mode: 'even', opacity: 1 });
/** 1 layer, 2 heads, 1 × 2 patches. */
const maps = { values: new Float32Array([0, 1, 2, 4]), columns: 2, rows: 1 };
const layout = layoutHeadGrid(1, 2, 210, 50, 10);

function draw(scale: Parameters<typeof drawHeadGrid>[3], order: readonly number[][] | null = null) {
  const put = fakeOffscreenCanvas();
  const { context, calls } = recordingContext();
  drawHeadGrid(context, layout, maps, scale, palette, order);
  return {
    reds: [...(put[0] ?? [])].filter((_, index) => index % 4 === 0),
    drawn: calls.filter(({ name }) => name === 'drawImage').map(({ args }) => args.slice(1)),
  };
}

it('draws every head into its cell', () => {
  expect(draw(linearScale(0, 4)).drawn).toEqual([
    [0, 0, 2, 1, 0, 0, 100, 50],
    [0, 1, 2, 1, 110, 0, 100, 50],
  ]);
});

it('shares one scale, or gives each head its own', () => {
  expect(draw(linearScale(0, 4)).reds.at(1)).toBeLessThan(253);
  const each = draw((_layer, head) => linearScale(0, head === 0 ? 1 : 4));
  expect([each.reds[1], each.reds[3]]).toEqual([253, 253]);
});

it('follows the order of the heads', () => {
  expect(draw(linearScale(0, 4), [[1, 0]]).drawn.map(([, top]) => top)).toEqual([1, 0]);
});

it('joins cells by their mean where a thumbnail has fewer pixels', () => {
  const put = fakeOffscreenCanvas();
  const { context } = recordingContext();
  const wide = { values: new Float32Array([0, 4, 4, 4]), columns: 4, rows: 1 };
  drawHeadGrid(context, layoutHeadGrid(1, 1, 2, 1, 0), wide, linearScale(0, 4), palette);
  const reds = [...(put[0] ?? [])].filter((_, index) => index % 4 === 0);
  expect(reds).toHaveLength(2);
  expect(reds[1]).toBe(253);
  expect(reds[0]).toBe(palette[128 * 4]);
});
