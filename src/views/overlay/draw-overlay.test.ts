import { afterEach, describe, expect, it, vi } from 'vitest';
import { colourMap } from '../../math/colour-maps.ts';
import { paletteOf } from '../../math/colourise.ts';
import { createGeometry } from '../../math/geometry.ts';
import { linearScale } from '../../math/scales.ts';
import { fakeOffscreenCanvas } from '../testing/fake-offscreen-canvas.ts';
import { recordingContext } from '../testing/recording-context.ts';
import { drawFitFrame, drawMap, drawMarks } from './draw-overlay.ts';
import { layoutOverlay } from './layout-overlay.ts';

afterEach(() => vi.unstubAllGlobals());

const input = {
  width: 32,
  height: 32,
  channelCount: 3,
  patchWidth: 16,
  patchHeight: 16,
  referenceCropX: 1,
  referenceCropY: 1,
};
const geometry = createGeometry(200, 100, input, { mode: 'crop' });
const layout = layoutOverlay(geometry, 400, 200);
const palette = paletteOf(colourMap('viridis'), { mode: 'even', opacity: 1 });
const map = { values: new Float32Array([0, 1, 0, 1]), scale: linearScale(0, 1), palette };

describe('drawMap', () => {
  it('lands on the region that the model saw, not on the picture', () => {
    fakeOffscreenCanvas();
    const { context, calls } = recordingContext();
    drawMap(context, layout, geometry, { ...map, smooth: false });
    expect(calls.at(-1)?.args.slice(1)).toEqual([100, 0, 200, 200]);
    expect(calls.at(-2)).toEqual({ name: 'set imageSmoothingEnabled', args: [false] });
  });

  it('draws one pixel for each patch, row by row', () => {
    const put = fakeOffscreenCanvas();
    drawMap(recordingContext().context, layout, geometry, { ...map, smooth: false });
    const reds = [...(put[0] ?? [])].filter((_, index) => index % 4 === 0);
    expect(reds).toEqual([68, 253, 68, 253]);
  });

  it('interpolates values, not colours, when smooth', () => {
    const put = fakeOffscreenCanvas();
    drawMap(recordingContext().context, layout, geometry, { ...map, smooth: true });
    const [pixels] = put;
    const side = Math.sqrt((pixels?.length ?? 0) / 4);
    expect(side).toBeGreaterThan(100);
    // Half-way between 0 and 1 lies the colour of a half, which is no mean of the ends.
    const at = (side / 2) * 4;
    const middle = palette.subarray(127 * 4, 128 * 4);
    for (const channel of [0, 1, 2])
      expect(Math.abs((pixels?.[at + channel] ?? 0) - (middle[channel] ?? 0))).toBeLessThan(4);
  });

  it('refuses a map of another grid', () => {
    expect(() =>
      drawMap(recordingContext().context, layout, geometry, {
        ...map,
        values: new Float32Array(9),
        smooth: false,
      }),
    ).toThrow('A map of 2 × 2 patches cannot hold 9 values.');
  });
});

describe('drawMarks', () => {
  it('outlines the query around its own pixels', () => {
    const { context, calls } = recordingContext();
    const marks = { queryPatch: 3, hoveredPatch: 3, outline: null };
    drawMarks(context, layout, geometry, marks, 1);
    const rectangles = calls.filter(({ name }) => name === 'rect');
    expect(rectangles.map(({ args }) => args)).toEqual([[198, 98, 104, 104]]);
  });

  it('draws the outline of a set of patches on the region', () => {
    const { context, calls } = recordingContext();
    const marks = { queryPatch: null, hoveredPatch: null, outline: Uint8Array.of(1, 0, 0, 0) };
    drawMarks(context, layout, geometry, marks, 1);
    const starts = calls.filter(({ name }) => name === 'moveTo').map(({ args }) => args);
    expect(starts).toEqual([
      [100, 0],
      [100, 100],
      [100, 0],
      [200, 0],
    ]);
  });
});

describe('drawFitFrame', () => {
  it('dims what lies outside the region, and nothing of a picture seen whole', () => {
    const cropped = recordingContext();
    drawFitFrame(cropped.context, layout, 1);
    expect(cropped.calls.some(({ name }) => name === 'stroke')).toBe(true);
    const whole = createGeometry(200, 100, input, { mode: 'stretch' });
    const stretched = recordingContext();
    drawFitFrame(stretched.context, layoutOverlay(whole, 400, 200), 1);
    expect(stretched.calls.some(({ name }) => name === 'stroke')).toBe(false);
  });
});
