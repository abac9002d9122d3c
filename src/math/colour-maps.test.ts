import { describe, expect, it } from 'vitest';
import { colourCss, colourIndex, colourMap, colourMaps, type ColourMap } from './colour-maps.ts';

/** WCAG relative luminance of a table entry, alpha left out. */
function luminance(map: ColourMap, index: number): number {
  const [red, green, blue] = [...map.rgba.subarray(index * 4, index * 4 + 3)].map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

describe.each(['viridis', 'magma', 'cividis'] as const)('%s', (name) => {
  it('grows lighter all the way', () => {
    const map = colourMap(name);
    for (let i = 8; i < 256; i += 8)
      expect(luminance(map, i)).toBeGreaterThan(luminance(map, i - 8));
  });
});

it('viridis has its published ends', () => {
  expect(colourCss(colourMap('viridis'), 0)).toBe('rgb(68 1 84)');
  expect(colourCss(colourMap('viridis'), 1)).toBe('rgb(253 231 37)');
});

it('the diverging map is lightest in the middle and equally dark at both ends', () => {
  const map = colourMap('blue-red');
  expect(luminance(map, 127)).toBeGreaterThan(0.8);
  expect(Math.abs(luminance(map, 0) - luminance(map, 255))).toBeLessThan(0.05);
  const [red = 0, , blue = 0] = map.rgba;
  expect(blue).toBeGreaterThan(red);
});

it('the alpha ramp goes from unseen to opaque', () => {
  const { rgba } = colourMap('amber');
  expect([rgba[3], rgba[255 * 4 + 3]]).toEqual([0, 255]);
  expect(colourCss(colourMap('amber'), 0.2)).toBe('rgb(255 176 0 / 0.200)');
});

it('every map has 256 colours', () => {
  for (const map of colourMaps) expect(map.rgba).toHaveLength(1024);
});

it('a position outside 0 to 1 takes the end', () => {
  expect([colourIndex(-3), colourIndex(0.5), colourIndex(7)]).toEqual([0, 128, 255]);
});
