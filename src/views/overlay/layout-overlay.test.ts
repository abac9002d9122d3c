import { describe, expect, it } from 'vitest';
import { createGeometry, patchRectangle, type Fit } from '../../math/geometry.ts';
import { hitTestOverlay, layoutOverlay, toCanvas, visibleRectangle } from './layout-overlay.ts';

const input = {
  width: 64,
  height: 64,
  channelCount: 3,
  patchWidth: 16,
  patchHeight: 16,
  referenceCropX: 1,
  referenceCropY: 1,
};
const wide = (fit: Fit) => createGeometry(200, 100, input, fit);

describe('what is shown', () => {
  it('is the whole picture when the model sees a crop of it', () => {
    expect(visibleRectangle(wide({ mode: 'crop' }), 'whole')).toEqual({
      x: 0,
      y: 0,
      width: 200,
      height: 100,
    });
  });

  it('includes the padding that the model sees', () => {
    expect(visibleRectangle(wide({ mode: 'pad' }), 'whole')).toEqual({
      x: 0,
      y: -50,
      width: 200,
      height: 200,
    });
  });

  it('is the region alone on request', () => {
    const geometry = wide({ mode: 'crop' });
    expect(visibleRectangle(geometry, 'region')).toEqual(geometry.region);
  });
});

describe('the layout', () => {
  it('keeps the aspect ratio and centres', () => {
    const layout = layoutOverlay(wide({ mode: 'crop' }), 400, 400);
    expect(layout.picture).toEqual({ x: 0, y: 100, width: 400, height: 200 });
    expect(layout.region).toEqual({ x: 100, y: 100, width: 200, height: 200 });
  });

  it('puts the region on the whole canvas when it is shown alone', () => {
    const layout = layoutOverlay(wide({ mode: 'crop' }), 128, 128, 'region');
    expect(layout.region).toEqual({ x: 0, y: 0, width: 128, height: 128 });
    expect(layout.picture.x).toBe(-64);
  });
});

const fits: Fit[] = [
  { mode: 'crop' },
  { mode: 'pad' },
  { mode: 'stretch' },
  { mode: 'reference' },
  { mode: 'region', region: { x: 13, y: 7, width: 61, height: 61 } },
];

describe.each(fits)('fit $mode', (fit) => {
  it('finds every patch at its centre and near its corners', () => {
    const geometry = wide(fit);
    for (const extent of ['whole', 'region'] as const) {
      const layout = layoutOverlay(geometry, 317, 211, extent);
      for (let patch = 0; patch < 16; patch += 1) {
        const { x, y, width, height } = toCanvas(layout, patchRectangle(geometry, patch));
        for (const share of [0.01, 0.5, 0.99])
          expect(hitTestOverlay(layout, geometry, x + share * width, y + share * height)).toBe(
            patch,
          );
      }
    }
  });

  it('finds no patch outside the region', () => {
    const geometry = wide(fit);
    const layout = layoutOverlay(geometry, 317, 211);
    const { region } = layout;
    expect(hitTestOverlay(layout, geometry, region.x - 1, region.y + 1)).toBeNull();
    expect(hitTestOverlay(layout, geometry, region.x + region.width + 1, region.y + 1)).toBeNull();
  });
});
