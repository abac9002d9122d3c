import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import type { Rectangle } from './geometry.ts';
import { type Filter, type Raster, resample } from './resample.ts';

interface Case {
  readonly filter: Filter;
  readonly source: [number, number];
  readonly target: [number, number];
  readonly box: Rectangle;
  /** [y, x, channel] */
  readonly pixels: readonly number[];
}

/** Made by training/parity/resample.py. */
const { cases }: { cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL('../../e2e/fixtures/resample.json', import.meta.url), 'utf8'),
);

function picture(width: number, height: number): Raster {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = (x * 37 + y * 101 + channel * 59 + ((x * y) % 13) * 17) & 255;
        data[(y * width + x) * 4 + channel] = value;
      }
    }
  }
  return { width, height, channelCount: 4, data };
}

/** One channel of a picture of four. */
function plane({ width, height, data }: Raster, channel: number): Raster {
  const values = Uint8Array.from({ length: width * height }, (_, i) => data[i * 4 + channel] ?? 0);
  return { width, height, channelCount: 1, data: values };
}

describe('resample', () => {
  it.each(cases.map((value, index) => ({ index, ...value })))(
    'equals Pillow: case $index, $filter, $source to $target',
    ({ filter, source, target: [width, height], box, pixels }) => {
      const colour = picture(...source);
      const result = resample(colour, box, width, height, filter);
      const opaque = [...result.data].filter((_, index) => index % 4 !== 3);
      expect(opaque).toEqual(pixels);
      // A single channel goes its own way, to the same numbers.
      const green = resample(plane(colour, 1), box, width, height, filter);
      expect([...green.data]).toEqual(pixels.filter((_, index) => index % 3 === 1));
    },
  );

  it('has cases for every filter and both orders of passes', () => {
    expect(new Set(cases.map(({ filter }) => filter)).size).toBe(6);
    expect(cases.some(({ source: [, h], target: [, to] }) => h - to > 30)).toBe(true);
  });

  it('of the whole picture in its own size is a copy', () => {
    const source = picture(6, 5);
    const box = { x: 0, y: 0, width: 6, height: 5 };
    const result = resample(source, box, 6, 5, 'bicubic');
    expect([...result.data]).toEqual([...source.data]);
    expect(result.data.buffer).not.toBe(source.data.buffer);
  });

  it('reads bytes at any offset', () => {
    const source = picture(9, 8);
    const shifted = new Uint8Array(source.data.length + 1);
    shifted.set(source.data, 1);
    const box = { x: 0, y: 0, width: 9, height: 8 };
    const odd = resample({ ...source, data: shifted.subarray(1) }, box, 4, 3, 'bilinear');
    expect(odd.data).toEqual(resample(source, box, 4, 3, 'bilinear').data);
  });

  it.each([
    { x: -1, y: 0, width: 3, height: 3 },
    { x: 0, y: 3, width: 3, height: 3 },
    { x: 0, y: 0, width: 0, height: 3 },
    { x: 0, y: 0, width: NaN, height: 3 },
  ])('refuses a box that is empty or outside: %o', (box) => {
    expect(() => resample(picture(5, 5), box, 2, 2, 'bilinear')).toThrow(RangeError);
  });
});
