import { describe, expect, it } from 'vitest';

import { listFixtures, readFixtureText, readTensors } from '../../../e2e/harness/fixture-files.ts';
import type { Fit, ModelInput } from '../../math/geometry.ts';
import {
  parsePreprocessorConfig,
  type PreprocessorConfig,
} from '../checkpoint/preprocessor-config.ts';
import { HeedFailure } from '../failure.ts';
import { preprocess, type SourcePicture } from './preprocess.ts';

/** [height, width, 3] to what a canvas gives. */
function opaque(rgb: Uint8Array, [height = 0, width = 0]: readonly number[]): SourcePicture {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.set(rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
  }
  return { width, height, data };
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? NaN))),
    0,
  );
}

describe('preprocess, as the reference', () => {
  it.each(listFixtures('preprocessing'))('equals the Python image processor: %s', (name) => {
    const expected = readTensors(`preprocessing/${name}/expected.safetensors`);
    const [, channelCount = 0, height = 0, width = 0] = expected.shape('pixel_values');
    const config = parsePreprocessorConfig(
      readFixtureText(`preprocessing/${name}/preprocessor_config.json`),
      { modelType: 'vit', imageWidth: width, imageHeight: height, channelCount },
    );
    const input = { ...INPUT, width, height, channelCount };
    const picture = opaque(expected.bytes('image'), expected.shape('image'));
    const { pixels } = preprocess(picture, { mode: 'reference' }, config, input);
    const reference = expected.floats('pixel_values', [1, channelCount, height, width]);
    expect(largestDifference(pixels, reference)).toBe(0);
  });
});

const INPUT: ModelInput = {
  width: 8,
  height: 8,
  channelCount: 3,
  patchWidth: 4,
  patchHeight: 4,
  referenceCropX: 1,
  referenceCropY: 1,
};

const CONFIG: PreprocessorConfig = {
  size: { kind: 'exact', width: 8, height: 8 },
  filter: 'bilinear',
  crop: null,
  rescaleFactor: 1 / 255,
  normalization: { mean: [0.4, 0.4, 0.4], deviation: [0.2, 0.2, 0.2] },
};

/** A picture whose red is its column and whose green is its row. */
function ramp(width: number, height: number): SourcePicture {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([x, y, 0, 255], (y * width + x) * 4);
  }
  return { width, height, data };
}

/** Column and row, in source pixels, that an input pixel of a ramp shows. */
function shown(pixels: Float32Array, x: number, y: number): [number, number] {
  const level = (channel: number): number =>
    ((pixels[channel * 64 + y * 8 + x] ?? NaN) * 0.2 + 0.4) * 255;
  return [level(0), level(1)];
}

describe('preprocess, geometry', () => {
  const fits: [string, Fit][] = [
    ['crop', { mode: 'crop' }],
    ['stretch', { mode: 'stretch' }],
    ['pad', { mode: 'pad' }],
    ['region', { mode: 'region', region: { x: 13.5, y: 7.25, width: 90, height: 71 } }],
    ['reference', { mode: 'reference' }],
  ];
  const sizes: [number, number][] = [
    [160, 120],
    [120, 160],
    [201, 111],
  ];

  it.each(fits.flatMap(([name, fit]) => sizes.map(([w, h]) => [name, w, h, fit] as const)))(
    'the region is where the pixels of the input came from: %s, %i × %i',
    (_, width, height, fit) => {
      const crop = { ...CONFIG, size: { kind: 'shortest-edge', length: 11 }, crop: INPUT } as const;
      const config = fit.mode === 'reference' ? crop : CONFIG;
      const { pixels, geometry } = preprocess(ramp(width, height), fit, config, INPUT);
      const { region } = geometry;
      // The middle of the input, away from the picture's edges, where the kernel is symmetric.
      for (const [x, y] of [
        [3, 3],
        [4, 4],
        [3, 4],
      ] as const) {
        const [column, row] = shown(pixels, x, y);
        expect(column).toBeCloseTo(region.x + ((x + 0.5) * region.width) / 8 - 0.5, -0.3);
        expect(row).toBeCloseTo(region.y + ((y + 0.5) * region.height) / 8 - 0.5, -0.3);
      }
    },
  );

  it('pads with zeros around the whole picture', () => {
    const { pixels, geometry } = preprocess(ramp(200, 100), { mode: 'pad' }, CONFIG, INPUT);
    expect([...pixels.subarray(0, 16)]).toEqual(Array.from({ length: 16 }, () => 0));
    expect([...pixels.subarray(48, 64)]).toEqual(Array.from({ length: 16 }, () => 0));
    expect(pixels.subarray(16, 48).every((value) => value !== 0)).toBe(true);
    expect(geometry.region).toEqual({ x: 0, y: -50, width: 200, height: 200 });
  });

  it('keeps a picture of extreme shape visible when it pads', () => {
    const { geometry } = preprocess(ramp(250, 1), { mode: 'pad' }, CONFIG, INPUT);
    expect(geometry.region).toEqual({ x: 0, y: -3, width: 250, height: 8 });
  });

  it('takes the part of a region that the picture has', () => {
    const fit: Fit = { mode: 'region', region: { x: -10, y: 20, width: 30, height: 500 } };
    const { geometry } = preprocess(ramp(100, 80), fit, CONFIG, INPUT);
    expect(geometry.region).toEqual({ x: 0, y: 20, width: 20, height: 60 });
  });

  it('refuses a region beside the picture, and a picture without pixels', () => {
    const beside: Fit = { mode: 'region', region: { x: 100, y: 0, width: 10, height: 10 } };
    expect(() => preprocess(ramp(100, 80), beside, CONFIG, INPUT)).toThrow(HeedFailure);
    expect(() => preprocess(ramp(0, 0), { mode: 'crop' }, CONFIG, INPUT)).toThrow(HeedFailure);
  });
});
