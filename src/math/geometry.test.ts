import { describe, expect, it } from 'vitest';

import { createGeometry, type Fit, type ModelInput, patchAt, patchRectangle } from './geometry.ts';

const SQUARE: ModelInput = {
  width: 64,
  height: 64,
  channelCount: 3,
  patchWidth: 4,
  patchHeight: 4,
  referenceCropX: 1,
  referenceCropY: 1,
};

const WIDE: ModelInput = {
  width: 48,
  height: 24,
  channelCount: 3,
  patchWidth: 8,
  patchHeight: 12,
  referenceCropX: 0.875,
  referenceCropY: 0.5,
};

const SIZES: [number, number][] = [
  [640, 480],
  [480, 640],
  [1, 1],
  [997, 13],
  [64, 64],
];

const FITS: Fit[] = [
  { mode: 'crop' },
  { mode: 'pad' },
  { mode: 'stretch' },
  { mode: 'reference' },
  { mode: 'region', region: { x: 0.25, y: 0.5, width: 0.5, height: 0.25 } },
];

const CASES = Object.entries({ SQUARE, WIDE }).flatMap(([name, input]) =>
  SIZES.flatMap(([width, height]) =>
    FITS.map((fit) => ({ name, input, width, height, fit, mode: fit.mode })),
  ),
);

describe.each(CASES)('geometry of $width × $height in $name, $mode', (example) => {
  const geometry = createGeometry(example.width, example.height, example.input, example.fit);
  const { region, gridColumns, gridRows } = geometry;
  const patches = Array.from({ length: gridColumns * gridRows }, (_, patch) => patch);

  it('every point of a patch’s rectangle is in that patch', () => {
    for (const patch of patches) {
      const { x, y, width, height } = patchRectangle(geometry, patch);
      for (const [across, down] of [
        [0.5, 0.5],
        [0.01, 0.01],
        [0.99, 0.01],
        [0.01, 0.99],
        [0.99, 0.99],
      ] as const) {
        const point = { x: x + across * width, y: y + down * height };
        expect(patchAt(geometry, point)).toBe(patch);
      }
    }
  });

  it('the patches fill the region, row by row', () => {
    const first = patchRectangle(geometry, 0);
    const last = patchRectangle(geometry, patches.length - 1);
    expect(first.x).toBeCloseTo(region.x, 9);
    expect(first.y).toBeCloseTo(region.y, 9);
    expect(last.x + last.width).toBeCloseTo(region.x + region.width, 9);
    expect(last.y + last.height).toBeCloseTo(region.y + region.height, 9);
    const area = patches
      .map((patch) => patchRectangle(geometry, patch))
      .reduce((sum, { width, height }) => sum + width * height, 0);
    expect(area / (region.width * region.height)).toBeCloseTo(1, 9);
  });

  it('what is outside the region is in no patch', () => {
    const middle = { x: region.x + region.width / 2, y: region.y + region.height / 2 };
    for (const point of [
      { ...middle, x: region.x - 0.01 },
      { ...middle, x: region.x + region.width + 0.01 },
      { ...middle, y: region.y - 0.01 },
      { ...middle, y: region.y + region.height + 0.01 },
    ]) {
      expect(patchAt(geometry, point)).toBeNull();
    }
  });
});

describe('createGeometry', () => {
  it('crops the largest centred rectangle of the input’s shape', () => {
    const { region } = createGeometry(640, 480, SQUARE, { mode: 'crop' });
    expect(region).toEqual({ x: 80, y: 0, width: 480, height: 480 });
    const flat = createGeometry(640, 480, WIDE, { mode: 'crop' });
    expect(flat.region).toEqual({ x: 0, y: 80, width: 640, height: 320 });
  });

  it('pads to the smallest rectangle that holds the picture', () => {
    const { region } = createGeometry(640, 480, SQUARE, { mode: 'pad' });
    expect(region).toEqual({ x: 0, y: -80, width: 640, height: 640 });
  });

  it('crops as the reference does, along each side', () => {
    const { region } = createGeometry(640, 480, WIDE, { mode: 'reference' });
    expect(region).toEqual({ x: 40, y: 120, width: 560, height: 240 });
  });

  it('has a grid that need not be square', () => {
    const { gridColumns, gridRows } = createGeometry(9, 9, WIDE, { mode: 'stretch' });
    expect([gridColumns, gridRows]).toEqual([6, 2]);
  });

  it.each([
    [0, 5],
    [5, NaN],
    [Infinity, 5],
  ])('refuses a picture of %d × %d', (width, height) => {
    expect(() => createGeometry(width, height, SQUARE, { mode: 'crop' })).toThrow(RangeError);
  });
});
