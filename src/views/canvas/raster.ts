import { colourise } from '../../math/colourise.ts';
import type { Scale } from '../../math/scales.ts';

/**
 * Values as a picture of one pixel each.
 * @param values row-major [height, width]
 * @param palette [256, RGBA] from `paletteOf`
 */
export function rasterOf(
  values: ArrayLike<number>,
  width: number,
  height: number,
  scale: Scale,
  palette: Uint8ClampedArray,
): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser gave no canvas to draw a map on.');
  const image = context.createImageData(width, height);
  colourise(values, scale, palette, image.data);
  context.putImageData(image, 0, 0);
  return canvas;
}
