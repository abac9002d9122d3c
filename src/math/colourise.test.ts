import { expect, it } from 'vitest';
import { colourMap } from './colour-maps.ts';
import { colourise, paletteOf } from './colourise.ts';
import { linearScale } from './scales.ts';

it('draws the ends of the scale in the ends of the map, and NaN not at all', () => {
  const palette = paletteOf(colourMap('viridis'), { mode: 'even', opacity: 1 });
  const target = new Uint8ClampedArray(12).fill(9);
  colourise([0, 2, Number.NaN], linearScale(0, 2), palette, target);
  expect([...target]).toEqual([68, 1, 84, 255, 253, 231, 37, 255, 0, 0, 0, 0]);
});

it('opacity by value leaves low values nearly unseen', () => {
  const palette = paletteOf(colourMap('viridis'), { mode: 'by-value', opacity: 0.5 });
  expect(palette[3]).toBe(15);
  expect(palette[255 * 4 + 3]).toBe(128);
});

it('opacity by value of a diverging map is least in its middle', () => {
  const palette = paletteOf(colourMap('blue-red'), { mode: 'by-value', opacity: 1 });
  expect(palette[3]).toBe(255);
  expect(palette[127 * 4 + 3]).toBeLessThan(40);
  expect(palette[255 * 4 + 3]).toBe(255);
});

it('an alpha ramp is not made fainter twice', () => {
  const palette = paletteOf(colourMap('amber'), { mode: 'by-value', opacity: 1 });
  expect(palette[100 * 4 + 3]).toBe(100);
});
